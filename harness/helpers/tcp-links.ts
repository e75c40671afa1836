import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Carries the `tcp` links of a stand-up: starts toxiproxy (`argv`: its binary, the address and the port of its interface) and passes on what the harness asks it. One JSON line a request on standard
 * input (`{n, method, path, body}`), one line an answer on standard output (`{n, status, text}`); the first line says that it listens (`{ready: version}`).
 *
 * It does not end with its input: services go on using their links when the harness is gone, until somebody heals. Whoever started it ends it.
 */
const [binary = '', host = '127.0.0.1', port = ''] = process.argv.slice(2);
const LISTENS_WITHIN_MS = 10_000;
/** A toxic that holds bytes which nobody reads is given 5 s for each such connection before it goes; toxiproxy itself gives up after 25 s. */
const ANSWER_WITHIN_MS = 25_000;

interface Request {
  readonly n: number;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

const child = spawn(binary, ['-host', host, '-port', port], {
  stdio: ['ignore', 'pipe', 'pipe'],
  env: { ...process.env, LOG_LEVEL: 'error' },
});
let said = '';
const hear = (chunk: Buffer) => {
  said = (said + chunk.toString()).slice(-2000);
};
child.stdout.on('data', hear);
child.stderr.on('data', hear);
child.on('error', (error) => end(`${binary} could not be started: ${error.message}`));
child.on('exit', (code, by) => end(`${binary} ended (${code ?? by ?? ''}): ${said.trim().split('\n').slice(-3).join(' / ')}`));
process.on('SIGTERM', () => {
  child.kill('SIGTERM');
  process.exit(0);
});
// Nobody reads any more: the links stay.
process.stdout.on('error', () => undefined);

const began = performance.now();
while (true) {
  const { status, text } = await ask('GET', '/version').catch((error: Error) => ({ status: 0, text: error.message }));
  if (status === 200) {
    say({ ready: text });
    break;
  }
  if (performance.now() - began > LISTENS_WITHIN_MS)
    end(`toxiproxy did not answer at ${host}:${port} within ${LISTENS_WITHIN_MS / 1000} s: ${text}`);
  await new Promise((resolve) => setTimeout(resolve, 20));
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { n, method, path, body } = JSON.parse(line) as Request;
  ask(method, path, body).then(
    (answer) => say({ n, ...answer }),
    (error: Error) => say({ n, status: 0, text: error.message }),
  );
});

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://${host}:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  return { status: answer.status, text: await answer.text() };
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function end(why: string): void {
  process.stderr.write(`${why}\n`, () => process.exit(1));
}
