import { createInterface } from 'node:readline';
import type { Helper, HelperSpec, LinkPlace } from '../model/runtime.ts';

const SPEAKS_WITHIN_MS = 60_000;
const ANSWERS_WITHIN_MS = 5000;

/** A helper of ours that listens and can be told what to do (`harness/helpers/control.ts`). `ports`: what it said that it listens on. */
export interface Steered extends Pick<LinkPlace, 'ask' | 'undoAsk'> {
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** Starts such a helper and waits until it has said where it listens; throws with its own last words when it does not. */
export async function startSteered(start: (spec: HelperSpec) => Promise<Helper>, spec: HelperSpec): Promise<Steered> {
  const helper = await start(spec);
  const ports = await firstLine(helper);
  const url = (path: string) => `http://127.0.0.1:${ports['control'] ?? 0}${path}`;
  // Inside a container nobody else reaches its loopback: what runs there asks. A local process is on ours.
  const inside = helper.undoExec(['true']).length > 0;
  return {
    host: helper.host,
    ports,
    async ask(method, path, body) {
      if (!inside) return await ask(method, url(path), body);
      const { code, stdout, stderr } = await helper.exec(requestArgv(method, url(path), body));
      if (code !== 0) throw new Error(`${spec.name} was asked to ${method} ${path} and gave no answer: ${stderr.trim() || `exit ${code}`}`);
      return JSON.parse(stdout) as { status: number; text: string };
    },
    undoAsk(method, path, body) {
      if (inside) return helper.undoExec(requestArgv(method, url(path), body));
      if (body !== undefined) throw new Error(`${method} ${path} of ${spec.name}: an undo by HTTP has no body`);
      return [{ do: 'http', method, url: url(path) }];
    },
  };
}

async function ask(method: string, url: string, body: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** The same request, made where the helper is. */
function requestArgv(method: string, url: string, body: unknown): string[] {
  const options = JSON.stringify({ method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return [
    'node',
    '-e',
    `fetch(${JSON.stringify(url)},{...${options},signal:AbortSignal.timeout(${ANSWERS_WITHIN_MS})}).then(async r=>console.log(JSON.stringify({status:r.status,text:await r.text()})),e=>{console.error(e.message);process.exit(1)})`,
  ];
}

async function firstLine(helper: Helper): Promise<Readonly<Record<string, number>>> {
  let said = '';
  helper.stderr.on('data', (chunk: Buffer) => (said = `${said}${String(chunk)}`.slice(-600)));
  let timer: NodeJS.Timeout | undefined;
  const line = new Promise<string>((resolve, reject) => {
    const late = `said nothing within ${SPEAKS_WITHIN_MS / 1000} s`;
    const fail = (why: string) => reject(new Error(`the helper ${helper.name} ${why}; it wrote: ${said.trim() || 'nothing'}`));
    timer = setTimeout(() => fail(late), SPEAKS_WITHIN_MS);
    createInterface({ input: helper.stdout }).once('line', resolve);
    void helper.exited.then((code) => fail(`ended (${code ?? 'by a signal'}) before it listened`));
  });
  try {
    return JSON.parse(await line) as Record<string, number>;
  } finally {
    clearTimeout(timer);
    // Nobody reads what it may say later, and nothing may wait for that.
    helper.stdout.resume();
  }
}
