import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * Runs programs when it is told to, beside a system: lines of JSON on standard input, `{"do": "run", "argv": […], "env": {…}}` and `{"do": "stop"}` (SIGINT, so that a program can say what it came to;
 * SIGKILL 3 s later); on standard output `{"k": "ready"}`, and `{"k": "ended", "code", "out", "err"}` after each. One program at a time. Whatever runs ends when the input does, or LIFE_S after
 * the start of this program: it never outlives its harness.
 */
const STOP_WITHIN_MS = 3000;
const OUT_LIMIT = 4 << 20;
const ERR_LIMIT = 4000;

type Order =
  | { readonly do: 'run'; readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> }
  | { readonly do: 'stop' };

let running: ChildProcess | null = null;

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = JSON.parse(line) as Order;
  if (order.do === 'run') run(order.argv, order.env ?? {});
  else stop();
});
input.on('close', leave);
process.on('SIGTERM', leave);
process.on('SIGINT', () => undefined);
process.stdout.on('error', leave);
setTimeout(leave, Number(process.env['LIFE_S'] ?? 600) * 1000).unref();
say({ k: 'ready' });

function run([program = '', ...words]: readonly string[], env: Readonly<Record<string, string>>): void {
  if (running !== null) {
    say({ k: 'ended', code: null, out: '', err: 'one program runs already' });
    return;
  }
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (out.length < OUT_LIMIT) out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err = (err + chunk).slice(-ERR_LIMIT);
  });
  const ended = (code: number | null) => {
    if (running !== child) return;
    running = null;
    say({ k: 'ended', code, out, err });
  };
  child.on('error', (error) => {
    err += error.message;
    ended(null);
  });
  child.on('close', ended);
}

function stop(): void {
  const child = running;
  if (child === null) return;
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS).unref();
}

function leave(): void {
  running?.kill('SIGKILL');
  process.exit(0);
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
