import net from 'node:net';
import { now } from './clock.ts';
import type { Output } from './output.ts';

const MS = 1e6;
const LOOK_MS = 5;
const LOOP_LATE_NS = 20 * MS;
const PROBE_MS = 20;
const PROBE_LATE_NS = 50 * MS;

/** Watches the observer itself: a loop that wakes late, and a null probe to a server in this very process, mean that nobody looked meanwhile. */
export function watchOneself(output: Output): () => void {
  let last = now();
  const loop = setInterval(() => {
    const at = now();
    if (at - last > LOOK_MS * MS + LOOP_LATE_NS) output.event({ k: 'stall', at: last, to: at, by: 'loop' });
    last = at;
  }, LOOK_MS);

  const server = net.createServer((socket) => socket.on('data', (byte) => socket.write(byte)).on('error', () => socket.destroy()));
  let asked: number | null = null;
  let probe: NodeJS.Timeout | null = null;
  let client: net.Socket | null = null;
  server.listen(0, '127.0.0.1', () => {
    client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
    client.setNoDelay(true);
    client.on('error', () => client?.destroy());
    client.on('data', () => {
      const at = now();
      if (asked !== null && at - asked > PROBE_LATE_NS) output.event({ k: 'stall', at: asked, to: at, by: 'null_probe' });
      asked = null;
    });
    probe = setInterval(() => {
      if (asked !== null) return;
      asked = now();
      client?.write('.');
    }, PROBE_MS);
  });
  return () => {
    clearInterval(loop);
    if (probe !== null) clearInterval(probe);
    client?.destroy();
    server.close();
  };
}
