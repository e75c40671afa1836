import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { EventOf } from '../model/event.ts';
import { Output } from './output.ts';
import { Watch } from './watch.ts';

/** A server that answers so, and a watch of it on a lattice of so many ms, which tells `events`. */
async function watched(
  every_ms: number,
  events: EventOf<'watch'>[],
  answer: http.RequestListener,
): Promise<{ readonly server: http.Server; close(): void }> {
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  const output = new Output((bytes, done) => {
    for (const line of bytes.toString().trim().split('\n')) events.push(JSON.parse(line));
    done();
  });
  const watch = new Watch('one', { kind: 'http', address, method: 'GET', path: '/', status: [200] }, every_ms, output);
  return {
    server,
    close() {
      watch.stop();
      server.closeAllConnections();
      server.close();
    },
  };
}

test('what was only silent, and then refuses, was dead: told again, from the last good answer to the first refusal', async () => {
  const events: EventOf<'watch'>[] = [];
  const told = (to: string, loud: boolean) =>
    expect.poll(() => events.some((event) => event.to === to && (event.silent !== true) === loud), { timeout: 10_000 }).toBe(true);
  let mute = false;
  const { server, close } = await watched(10, events, (_, response) => {
    if (!mute) response.end('well');
  });
  try {
    await told('alive', true);
    mute = true;
    await told('dead', false);
    const silence = events.at(-1) as EventOf<'watch'>;
    server.closeAllConnections();
    server.close();
    await told('dead', true);
    const death = events.at(-1) as EventOf<'watch'>;
    expect(death).toMatchObject({ from: 'dead', to: 'dead', lo: silence.lo, how: expect.stringMatching(/^silence, then /) });
    expect(death.hi).toBeGreaterThan(silence.hi);
    expect(events).toHaveLength(3);
  } finally {
    close();
  }
});

test('who stands still is soon seen to, and is not kept busy by dozens of our connections', async () => {
  const events: EventOf<'watch'>[] = [];
  const waiting = new Set<http.ServerResponse>();
  let [still, most] = [false, 0];
  const { close } = await watched(5, events, (_, response) => {
    if (!still) return void response.end('well');
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
    most = Math.max(most, waiting.size);
  });
  const seen = (to: string) => expect.poll(() => events.at(-1)?.to, { timeout: 10_000 }).toBe(to);
  try {
    await seen('alive');
    still = true;
    await seen('dead');
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThan(30);
    still = false;
    for (const response of waiting) response.end('well');
    await seen('alive');
    const [, death, back] = events;
    expect((back?.hi ?? 0) - (death?.hi ?? 0)).toBeGreaterThan(550e6);
  } finally {
    close();
  }
});
