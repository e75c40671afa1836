import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askDns } from '../observer/askers/dns.ts';

const NAME = 'api.shop.test';
const [HOME, AWAY] = ['198.18.7.1', '198.18.7.2'];
let server: ChildProcess;
let lines: Interface;
let at = { port: 0, authority: 0 };
beforeAll(async () => {
  const local = { host: '127.0.0.1', port: 0 };
  const config = {
    listen: local,
    authority: local,
    records: { [NAME]: { ip: HOME, ttl_s: 1 }, 'other.shop.test': { ip: AWAY, ttl_s: 1 } },
  };
  server = spawn(process.execPath, [path.join(import.meta.dirname, 'dns-server.ts'), JSON.stringify(config)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  lines = createInterface({ input: server.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, 'line')) as [string];
  at = JSON.parse(line) as typeof at;
}, 30_000);
afterAll(async () => {
  server.stdin?.end();
  await once(server, 'exit');
});

async function tell(method: string, where: string, body?: unknown): Promise<void> {
  server.stdin?.write(`${JSON.stringify({ n: 1, method, path: where, body })}\n`);
  const [line] = (await once(lines, 'line')) as [string];
  expect(JSON.parse(line)).toMatchObject({ n: 1, status: 200 });
}
const place = (port: number) => ({ host: '127.0.0.1', port });
const look = (name = NAME, more: { is?: string; stale?: true } = {}) => {
  const { stale, ...rest } = more;
  const asker = askDns({ kind: 'dns', server: place(at.port), name, ...rest, ...(stale ? { as: place(at.authority) } : {}) });
  return asker.ask(2000).finally(() => asker.close());
};

test('a name is its address; what spoils it spoils no other, and is over when it is taken away', async () => {
  expect(await look(NAME, { is: HOME })).toEqual({ well: true, how: HOME });
  await tell('PUT', `/spoiled/${NAME}`, { do: 'silent' });
  expect(await look()).toMatchObject({ well: false, silent: true });
  expect(await look('other.shop.test', { is: AWAY })).toMatchObject({ well: true });
  await tell('PUT', `/spoiled/${NAME}`, { do: 'wrong', ip: null });
  expect(await look()).toEqual({ well: false, how: 'ENOTFOUND' });
  await tell('PUT', `/spoiled/${NAME}`, { do: 'wrong', ip: AWAY });
  expect(await look(NAME, { is: HOME })).toEqual({ well: false, how: `${AWAY} instead of ${HOME}` });
  await tell('PUT', `/spoiled/${NAME}`, { do: 'slow', by_ms: 300 });
  const began = performance.now();
  expect(await look(NAME, { is: HOME })).toMatchObject({ well: true });
  expect(performance.now() - began).toBeGreaterThan(290);
  for (const _ of [1, 2]) await tell('DELETE', `/spoiled/${NAME}`);
  expect(await look(NAME, { is: HOME })).toMatchObject({ well: true });
});

test('a name that moves: known at once when it is back, later by memory, and not at all while the answer is stale', async () => {
  expect(await look(NAME, { stale: true })).toEqual({ well: true, how: HOME });
  await tell('PUT', `/spoiled/${NAME}`, { do: 'stale', ttl_s: 3600 });
  await tell('PUT', `/moved/${NAME}`, { ip: AWAY });
  expect(await look(NAME, { stale: true })).toEqual({ well: false, how: `${HOME} instead of ${AWAY}` });
  // Longer than it was to be kept.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(await look(NAME, { stale: true })).toEqual({ well: false, how: `${HOME} instead of ${AWAY}` });
  await tell('DELETE', `/spoiled/${NAME}`);
  expect(await look(NAME, { stale: true })).toEqual({ well: true, how: AWAY });
  await tell('DELETE', `/moved/${NAME}`);
  await tell('DELETE', `/spoiled/${NAME}`);
  expect(await look(NAME, { stale: true })).toEqual({ well: true, how: HOME });
});
