import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { EventOf } from '../model/event.ts';
import { Output } from './output.ts';
import { Watch } from './watch.ts';

test('what was only silent, and then refuses, was dead: told again, from the last good answer to the first refusal', async () => {
  const events: EventOf<'watch'>[] = [];
  const told = (to: string, loud: boolean) =>
    expect.poll(() => events.some((event) => event.to === to && (event.silent !== true) === loud), { timeout: 10_000 }).toBe(true);
  let mute = false;
  const server = http.createServer((_, response) => {
    if (!mute) response.end('well');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const output = new Output((bytes, done) => {
    for (const line of bytes.toString().trim().split('\n')) events.push(JSON.parse(line));
    done();
  });
  const watch = new Watch(
    'one',
    { kind: 'http', address: { host: '127.0.0.1', port }, method: 'GET', path: '/', status: [200] },
    10,
    output,
  );
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
    watch.stop();
    server.closeAllConnections();
    server.close();
  }
});
