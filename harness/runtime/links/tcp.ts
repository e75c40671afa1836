import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Tool, toxiproxy } from '../../faces/tools.ts';
import type { LinkPlace } from '../../model/runtime.ts';
import type { Ground } from './kind.ts';
import { Requests } from './requests.ts';
import { toxiproxyBy } from './toxiproxy.ts';

/** Where toxiproxy's binary is in a container. */
const INSIDE = '/usr/local/bin/toxiproxy-server';
/** What this is written for; a later 2.x keeps its interface. */
const WANTED = { major: 2, minor: 9 };
const GET =
  'run `.ci/setup`, which builds it into ~/.cache/faultline/bin, or put toxiproxy-server 2.12.0 (a static Linux binary) on PATH or into FAULTLINE_TOOLS';

/** Null when toxiproxy is here, in a version that will do; otherwise what is missing, and how to get it. */
export async function tcpMissing(): Promise<string | null> {
  return complaint(await toxiproxy());
}

/** Starts one toxiproxy for all links of `via: "tcp"` (its binary is copied in, as a file) and makes a proxy for each. None where there are no such links. */
export async function startTcpLinks({ system, lookUp, helper: start, listen }: Ground): Promise<ReadonlyMap<string, LinkPlace>> {
  const declared = Object.entries(system.links ?? {}).filter(([, link]) => link.via === 'tcp');
  if (declared.length === 0) return new Map();
  const found = await toxiproxy();
  const wrong = complaint(found);
  if (found === null || wrong !== null) throw new Error(wrong ?? '');
  const helper = await start({
    name: 'links-tcp',
    argv: ['node', 'harness/helpers/tcp-links.ts', INSIDE],
    files: [{ from: onPath(found.file), to: INSIDE }],
  });
  const requests = new Requests(helper, 'the tcp links');
  const control = await requests.ready();
  const ask: LinkPlace['ask'] = (method, path, body) => requests.ask(method, path, body);
  const proxies = toxiproxyBy(ask);
  const undoAsk: LinkPlace['undoAsk'] = (method, path, body) => {
    const url = `http://127.0.0.1:${control}${path}`;
    const words = body === undefined ? [] : [JSON.stringify(body)];
    const inside = helper.undoExec(['node', 'harness/helpers/ask-http.ts', method, url, ...words]);
    return inside.length > 0 ? inside : [{ do: 'http', method, url, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }];
  };
  const places = new Map<string, LinkPlace>();
  for (const [name, link] of declared) {
    const to = lookUp(link.to, link.port);
    const port = await proxies.create(name, `${listen.host}:${listen.port === 0 ? 0 : listen.port + places.size}`, `${to.host}:${to.port}`);
    places.set(name, { name, address: { host: helper.host, port }, to, ask, undoAsk });
  }
  return places;
}

/** What is wrong with the toxiproxy that was found; null when it will do. */
export function complaint(found: Tool | null): string | null {
  if (found === null) return `links of \`via: "tcp"\` need toxiproxy-server, which is neither on PATH nor in FAULTLINE_TOOLS; ${GET}`;
  const [, major = '', minor = ''] = /(\d+)\.(\d+)\.\d+/.exec(found.version) ?? [];
  if (Number(major) === WANTED.major && Number(minor) >= WANTED.minor) return null;
  return `links of \`via: "tcp"\` need toxiproxy ${WANTED.major}.${WANTED.minor} or a later ${WANTED.major}.x; ${found.file} says "${found.version}"; ${GET}`;
}

/** The file itself: a name that was found on PATH cannot be copied. */
function onPath(file: string): string {
  if (path.isAbsolute(file)) return file;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, file)).find((each) => existsSync(each));
  if (found === undefined) throw new Error(`${file} answered, but is in none of PATH's folders`);
  return found;
}
