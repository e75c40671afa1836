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
  refuse(): Promise<bigint>;
  serve(): Promise<bigint>;
}

/** A server that can be closed and opened again at its port; each gives the moment by process.hrtime. */
async function breakable(): Promise<Breakable> {
  let at = http.createServer((_, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(at, 'listening');
  const { port } = at.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    async refuse() {
      at.closeAllConnections();
      at.close();
      return await Promise.resolve(process.hrtime.bigint());
    },
    async serve() {
      at = http.createServer((_, response) => response.end('here')).listen(port, '127.0.0.1');
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

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('outages that somebody else causes: each bracket, and each moment by process.hrtime, contains the truth; exit 1', async () => {
  const watch = observe(server.url, '--for', '6s', '--every', '10ms', '--json');
  await sleep(2000);
  const truth: { from: bigint; to: bigint }[] = [];
  for (const ms of [300, 800]) {
    const from = await server.refuse();
    await sleep(ms);
    truth.push({ from, to: await server.serve() });
    await sleep(1200);
  }
  const { code, stdout, stderr } = await watch;
  const { targets } = JSON.parse(stdout);
  expect(code, stderr).toBe(1);
  expect(targets).toHaveLength(1);
  const [{ url, episodes, downtime, availability, unknown_ratio }] = targets;
  expect([url, episodes.length]).toEqual([server.url, 2]);
  for (const [i, { from, to }] of truth.entries()) {
    const { begins_ns, ends_ns, lower_s, upper_s, first_bad_ns, open } = episodes[i];
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
  expect(downtime.lower_s).toBeGreaterThan(0.9);
  expect(downtime.upper_s).toBeLessThan(1.6);
  expect(availability.lower).toBeLessThan(availability.upper + 1e-9);
  expect(unknown_ratio).toBeLessThan(0.5);
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
