import { createInterface } from 'node:readline';
import type { Helper, HelperSpec, LinkPlace } from '../model/runtime.ts';

const SPEAKS_WITHIN_MS = 60_000;
const ANSWERS_WITHIN_MS = 10_000;

/** A helper of ours that listens and can be told what to do (`harness/helpers/control.ts`). `ports`: what it said that it listens on. */
export interface Steered extends Pick<LinkPlace, 'ask' | 'undoAsk'> {
  readonly host: string;
  readonly ports: Readonly<Record<string, number>>;
}

type Reply = { readonly status: number; readonly text: string };

/** Starts such a helper and waits until it has said where it listens; throws with its own last words when it does not. It is asked over its streams; its undos ask it where it runs. */
export async function startSteered(start: (spec: HelperSpec) => Promise<Helper>, spec: HelperSpec): Promise<Steered> {
  const helper = await start(spec);
  const waiting = new Map<number, PromiseWithResolvers<Reply>>();
  const first = Promise.withResolvers<Readonly<Record<string, number>>>();
  let [said, n, gone] = ['', 0, ''];
  helper.stderr.on('data', (chunk: Buffer) => (said = `${said}${String(chunk)}`.slice(-600)));
  // Writing to one that is gone: that it is gone says the next question.
  helper.stdin.on('error', () => undefined);
  createInterface({ input: helper.stdout }).on('line', (line) => {
    const heard = JSON.parse(line) as Reply & { n?: number } & Record<string, number>;
    if (heard.n === undefined) first.resolve(heard);
    else waiting.get(heard.n)?.resolve({ status: heard.status, text: heard.text });
  });
  void helper.exited.then((code) => {
    gone = `ended (${code ?? 'by a signal'}); it wrote: ${said.trim() || 'nothing'}`;
    for (const each of [first, ...waiting.values()]) each.reject(new Error(`the helper ${spec.name} ${gone}`));
  });
  const ports = await within(
    first.promise,
    SPEAKS_WITHIN_MS,
    () => `the helper ${spec.name} said nothing; it wrote: ${said.trim() || 'nothing'}`,
  );

  const url = (path: string) => `http://127.0.0.1:${ports['control'] ?? 0}${path}`;
  // A local process is on our own loopback; one in a container is asked from inside.
  const inside = helper.undoExec(['true']).length > 0;
  return {
    host: helper.host,
    ports,
    async ask(method, path, body) {
      const what = `the helper ${spec.name} was asked to ${method} ${path}`;
      if (gone !== '') throw new Error(`${what}, but ${gone}`);
      const answer = Promise.withResolvers<Reply>();
      const own = ++n;
      waiting.set(own, answer);
      helper.stdin.write(`${JSON.stringify({ n: own, method, path, body })}\n`);
      try {
        return await within(answer.promise, ANSWERS_WITHIN_MS, () => `${what} and gave no answer`);
      } finally {
        waiting.delete(own);
      }
    },
    undoAsk(method, path, body) {
      if (inside) return helper.undoExec(requestArgv(method, url(path), body));
      if (body !== undefined) throw new Error(`${method} ${path} of ${spec.name}: an undo by HTTP has no body`);
      return [{ do: 'http', method, url: url(path) }];
    },
  };
}

/** A request that is made where the helper is. */
function requestArgv(method: string, url: string, body: unknown): string[] {
  const options = JSON.stringify({ method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return [
    'node',
    '-e',
    `fetch(${JSON.stringify(url)},{...${options},signal:AbortSignal.timeout(${ANSWERS_WITHIN_MS})}).then(r=>process.exit(r.ok?0:1),e=>{console.error(e.message);process.exit(1)})`,
  ];
}

async function within<T>(work: Promise<T>, ms: number, late: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const out = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${late()} within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, out]);
  } finally {
    clearTimeout(timer);
  }
}
