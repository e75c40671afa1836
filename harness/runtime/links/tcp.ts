import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Tool, toxiproxy } from '../../faces/tools.ts';
import type { LinkKind } from './kind.ts';
import { toxiproxyBy } from './toxiproxy.ts';

/** Where toxiproxy's binary is in a container. */
const INSIDE = '/usr/local/bin/toxiproxy-server';
/** What this is written for; a later 2.x keeps its interface. */
const WANTED = { major: 2, minor: 9 };
const GET =
  'run `.ci/setup`, which builds it into ~/.cache/faultline/bin, or put toxiproxy-server 2.12.0 (a static Linux binary) on PATH or into FAULTLINE_TOOLS';

/** Links by toxiproxy: bytes as they are. */
export const tcp: LinkKind = {
  async missing() {
    return complaint(await toxiproxy());
  },
  async program(control) {
    const found = await toxiproxy();
    const wrong = complaint(found);
    if (found === null || wrong !== null) throw new Error(wrong ?? '');
    return {
      argv: ['node', 'harness/helpers/tcp-links.ts', INSIDE, control.host, String(control.port)],
      files: [{ from: onPath(found.file), to: INSIDE }],
    };
  },
  async open(ask, links) {
    const proxies = toxiproxyBy(ask);
    for (const { name, listen, to } of links) await proxies.create(name, `${listen.host}:${listen.port}`, `${to.host}:${to.port}`);
  },
};

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
