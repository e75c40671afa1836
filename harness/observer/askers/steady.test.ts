import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answered, Asker } from '../asker.ts';
import { askSteady } from './steady.ts';

const EVERY_MS = 20;
let held: http.ServerResponse[] | null = null;
let server: http.Server;
let asker: Asker;
beforeEach(async () => {
  held = null;
  server = http.createServer((_, response) => {
    if (held === null) response.end('well');
    else held.push(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const of = { kind: 'http', address, method: 'GET', path: '/', status: [200], fresh: true } as const;
  asker = askSteady({ kind: 'steady', of, within_ms: 200, over_ms: 1300 }, true);
});
afterEach(() => {
  asker.close();
  server.closeAllConnections();
  server.close();
});

/** Asks on a lattice while the service stands still at the given times (ms), and lets it run in between; what was answered, in the order of the questions. */
async function asked(stops: readonly (readonly [from: number, to: number])[], for_ms: number): Promise<readonly Answered[]> {
  const began = performance.now();
  const answers: Promise<Answered>[] = [];
  while (performance.now() - began < for_ms) {
    const at = performance.now() - began;
    const stopped = stops.some(([from, to]) => at >= from && at < to);
    if (stopped) held ??= [];
    else {
      for (const each of held ?? []) each.end('well');
      held = null;
    }
    answers.push(asker.ask(1000));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return await Promise.all(answers);
}

test('one stall is no failure: nothing is known for a while, and then all is well', async () => {
  const answers = await asked([[200, 800]], 2600);
  expect(answers.filter(({ well, mute }) => !well && mute !== true)).toEqual([]);
  expect(answers.some(({ mute }) => mute === true)).toBe(true);
  expect(answers.at(-1)).toEqual({ well: true, how: 'HTTP 200 well' });
}, 10_000);

test('slow again and again is a failure, in the good moments too, until it has been fast for long', async () => {
  const answers = await asked(
    [
      [200, 800],
      [1300, 1900],
    ],
    2400,
  );
  const failed = answers.findIndex(({ well, mute }) => !well && mute !== true);
  expect(failed).toBeGreaterThan(0);
  expect(answers.slice(failed).filter(({ well }) => well)).toEqual([]);
  expect(answers.at(-1)).toMatchObject({ well: false, how: expect.stringMatching(/^no answer within 200 ms, \d+ ms ago$/) });
  expect((await asked([], 1500)).at(-1)).toMatchObject({ well: true });
}, 10_000);
