import net from 'node:net';
import { now } from './clock.ts';
import type { Output } from './output.ts';

const MS = 1e6;
const LOOK_MS = 10;
const LOOP_LATE_NS = 20 * MS;
const LOOKS_A_PROBE = 2;
const PROBE_LATE_NS = 50 * MS;

/** Watches the observer itself: a loop that wakes late, and a null probe to a server in this very process, mean that nobody looked meanwhile. */
export function watchOneself(output: Output): () => void {
  let last = now();
  let looks = 0;
  let asked: number | null = null;
  let client: net.Socket | null = null;
  // One timer for both: each time that a quiet process wakes costs more than what it then does.
  const loop = setInterval(() => {
    const at = now();
    if (at - last > LOOK_MS * MS + LOOP_LATE_NS) output.event({ k: 'stall', at: last, to: at, by: 'loop' });
    last = at;
    looks += 1;
    if (looks % LOOKS_A_PROBE !== 0 || asked !== null || client === null) return;
    asked = at;
    client.write('.');
  }, LOOK_MS);

  const server = net.createServer((socket) => socket.on('data', (byte) => socket.write(byte)).on('error', () => socket.destroy()));
  server.listen(0, '127.0.0.1', () => {
    const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1', () => (client = socket));
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => (client = null));
    socket.on('data', () => {
      const at = now();
      if (asked !== null && at - asked > PROBE_LATE_NS) output.event({ k: 'stall', at: asked, to: at, by: 'null_probe' });
      asked = null;
    });
  });
  return () => {
    clearInterval(loop);
    client?.destroy();
    server.close();
  };
}
