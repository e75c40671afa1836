import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const BIN = path.join(import.meta.dirname, 'bin.js');

let place: string;
let server: Breakable;
beforeEach(async () => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-observe-'));
  server = await breakable();
});
afterEach(async () => {
  await server.refuse();
  rmSync(place, { recursive: true, force: true });
});

interface Breakable {
  readonly url: string;
  /** It was asked a hundred times: the watch has begun. */
  readonly watched: Promise<void>;
  refuse(): Promise<bigint>;
  serve(): Promise<bigint>;
}

/** A server that can be closed and opened again at its port; each gives the moment by process.hrtime. */
async function breakable(): Promise<Breakable> {
  let asked = 0;
  let tell: (() => void) | null = null;
  const answer: http.RequestListener = (_, response) => {
    asked += 1;
    if (asked === 100) tell?.();
    response.end('here');
  };
  let at = http.createServer(answer).listen(0, '127.0.0.1');
  await once(at, 'listening');
  const { port } = at.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    watched: new Promise((resolve) => {
      tell = resolve;
    }),
    async refuse() {
      at.closeAllConnections();
      at.close();
      return await Promise.resolve(process.hrtime.bigint());
    },
    async serve() {
      at = http.createServer(answer).listen(port, '127.0.0.1');
      await once(at, 'listening');
      return process.hrtime.bigint();
    },
  };
}

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function observe(...words: string[]): Promise<Result> & { readonly interrupt: () => void } {
  const child = spawn(process.execPath, [BIN, 'observe', ...words], { cwd: place, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return Object.assign(ended, { interrupt: () => void child.kill('SIGINT') });
}

/** How long this process, in which the server is, stood still meanwhile: each time, in seconds. Then the server was away, too. */
function watchOneself(): () => readonly number[] {
  const stood: number[] = [];
  let before = performance.now();
  const timer = setInterval(() => {
    const late = (performance.now() - before - 5) / 1000;
    if (late > 0.02) stood.push(late);
    before = performance.now();
  }, 5);
  return () => {
    clearInterval(timer);
    return stood;
  };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('outages that somebody else causes: each bracket, and each moment by process.hrtime, contains the truth; exit 1', async () => {
  const [tau_s, deadline_s] = [0.01, 0.2];
  const stood = watchOneself();
  const watch = observe(server.url, '--for', '10s', '--every', '10ms', '--deadline', '200ms', '--json');
  await server.watched;
  const truth: { from: bigint; to: bigint }[] = [];
  for (const ms of [300, 800]) {
    const from = await server.refuse();
    await sleep(ms);
    truth.push({ from, to: await server.serve() });
    // Nearer than a second they would be one outage, and timers are late on a busy machine.
    await sleep(2500);
  }
  const { code, stdout, stderr } = await watch;
  const own = stood();
  const { targets } = JSON.parse(stdout);
  expect(code, stderr).toBe(1);
  expect(targets).toHaveLength(1);
  const [{ url, episodes, downtime, availability, operations, unknown_ratio }] = targets;
  expect(url).toBe(server.url);
  // What was not planted is this process's own doing: it stood still for a deadline.
  const others = episodes.length - truth.length;
  expect(others).toBeLessThanOrEqual(own.filter((each) => each > deadline_s / 2).length);
  for (const { from, to } of truth) {
    const found = episodes.filter(
      ({ begins_ns, ends_ns }: { begins_ns: string[]; ends_ns: string[] }) =>
        BigInt(begins_ns[0] ?? 0) <= to && BigInt(ends_ns[1] ?? begins_ns[1] ?? 0) >= from,
    );
    expect(found, `of ${episodes.length}`).toHaveLength(1);
    const [{ begins_ns, ends_ns, lower_s, upper_s, first_bad_ns, open }] = found;
    const seconds = Number(to - from) / 1e9;
    expect(lower_s).toBeLessThanOrEqual(seconds + 0.003);
    expect(upper_s).toBeGreaterThanOrEqual(seconds - 0.003);
    expect(open).toBe(false);
    for (const [moment, [lo, hi]] of [
      [from, begins_ns],
      [to, ends_ns],
    ] as const) {
      expect(Number(BigInt(lo) - moment)).toBeLessThanOrEqual(3e6);
      expect(Number(BigInt(hi) - moment)).toBeGreaterThanOrEqual(-3e6);
    }
    expect(first_bad_ns).toMatch(/^\d{10,}$/);
  }
  // What was due in an outage was not good, unless it was sent late, after it, and still in time; what else was not good was due while this process stood still.
  const planted = truth.reduce((sum, { from, to }) => sum + Number(to - from) / 1e9, 0);
  const standing = own.reduce((sum, each) => sum + each, 0);
  expect(downtime.upper_s).toBeGreaterThan(planted - truth.length * (deadline_s + 2 * tau_s));
  expect(downtime.lower_s).toBeLessThan(planted + standing + truth.length * (deadline_s + 2 * tau_s));
  expect(downtime.upper_s).toBeGreaterThanOrEqual(downtime.lower_s);
  expect(downtime.upper_s).toBeLessThanOrEqual((1 - availability.lower) * operations * tau_s + 1e-6);
  expect(availability.lower).toBeLessThan(1);
  expect(availability.upper - availability.lower).toBeCloseTo(unknown_ratio, 9);
  expect(stderr).toMatch(/down since .* \(ECONN/);
  expect(stderr).toMatch(/back after \d/);
});

test('nothing bad: exit 0; cut short by a person it tells what it saw', async () => {
  const watch = observe(server.url, '--for', '1h', '--every', '20ms');
  await sleep(3000);
  watch.interrupt();
  const { code, stdout } = await watch;
  expect(stdout).toContain('no outage was seen');
  expect(code === 0 || (code === 2 && stdout.includes('too busy'))).toBe(true);
});

test('down all the time is an outage without an end', async () => {
  await server.refuse();
  const { code, stdout } = await observe(server.url, '--for', '1.5s', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout).targets[0].episodes).toMatchObject([{ open: true, upper_s: null, ends_ns: [expect.any(String), null] }]);
});

test.each([
  [[], /observe what\?/],
  [['nonsense'], /is no URL/],
  [['ftp://127.0.0.1/'], /ftp:\/\/ is not offered/],
  [['http://user:secret@127.0.0.1/'], /password is not taken/],
  [['http://192.0.2.7/'], /192\.0\.2\.7 is not this machine.*--allow 192\.0\.2\.7/],
  [['http://127.0.0.1/', 'http://127.0.0.1/'], /named twice/],
  [['http://127.0.0.1/', '--every', '10'], /"10" is no duration/],
  [['http://127.0.0.1/', '--every', '0ms'], /--every 0ms: between/],
  [['http://127.0.0.1/', '--for', '9000h'], /--for 9000h: between/],
  [['http://127.0.0.1/', '--evry', '1s'], /did you mean.*--every/],
  [['http://127.0.0.1/', '--status', 'fine'], /--status takes/],
])('bad input is one screen, exit 3: %j', async (words, said) => {
  const { code, stderr } = await observe(...words);
  expect(stderr).toMatch(said);
  expect(stderr).not.toContain('secret');
  expect(code).toBe(3);
});
