import net from 'node:net';
import { createInterface } from 'node:readline';

/**
 * `hold-connections.ts HOST PORT N`: after a line on standard input, keeps N connections open to a port and says nothing on them; what is closed or refused is tried again 50 ms later. Ends, and with it
 * the connections, when it loses its input.
 */
const [, , host = '', port = '', count = ''] = process.argv;
const AGAIN_MS = 50;
/** So many are begun at once: a burst would fill the queue of those that are not accepted yet. */
const BURST = 32;

function hold(): void {
  const socket = net.connect({ host, port: Number(port) });
  socket.on('error', () => undefined);
  socket.once('close', () => setTimeout(hold, AGAIN_MS));
  socket.resume();
}

const lines = createInterface({ input: process.stdin });
lines.once('line', () => {
  let begun = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < BURST && begun < Number(count); i++, begun++) hold();
    if (begun >= Number(count)) clearInterval(timer);
  }, 10);
});
lines.on('close', () => process.exit(0));
