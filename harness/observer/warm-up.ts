import net from 'node:net';
import type { Lattice } from './lattice.ts';
import { Output } from './output.ts';
import { RecentIds, Stream, ToDelete } from './stream.ts';

const FOR_MS = 250;
const EVERY_NS = 125_000;
const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/**
 * Sends two thousand operations to a server in this very process and records them nowhere: the first ones of a program are slow, because it is compiled as it
 * runs, and those that are measured should not be the first.
 */
export async function warmUp(lattice: Lattice): Promise<void> {
  const server = net.createServer((socket) => socket.on('data', () => socket.write(ANSWER)).on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const output = new Output((_, done) => done());
  const shared = {
    token: 'warm',
    output,
    recent: new RecentIds(),
    toDelete: new ToDelete(),
    tally: { done: 0, good: 0, downSince: new Map() },
    lattice,
  };
  const streams = (['fresh', 'pooled'] as const).map(
    (connection) =>
      new Stream(
        {
          journey: 'warm',
          writer: connection,
          kind: 'write',
          connection,
          load: 'open',
          every_ns: connection === 'fresh' ? 40 * EVERY_NS : EVERY_NS,
          offset_ns: 0,
          deadline_ns: 1e8,
          give_up_ns: 1e8,
          address: { host: '127.0.0.1', port },
          http: {
            method: 'POST',
            path: '/',
            headers: {},
            body: '{"id":"{id}","value":"{value}"}',
            ok: { status: [200], body_has: 'ok' },
            who: {},
          },
          sql: null,
          salt: 'warm',
        },
        shared,
      ),
  );
  for (const stream of streams) stream.start();
  await new Promise((resolve) => setTimeout(resolve, FOR_MS));
  await Promise.all(streams.map((stream) => stream.stop()));
  output.flush();
  server.close();
}
