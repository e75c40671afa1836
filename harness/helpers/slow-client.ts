import net from 'node:net';
import { createInterface } from 'node:readline';

/**
 * A slow attacker: opens connections at a steady rate, up to a number held at once, and spends them as slowly as it may. Lines of JSON on standard input: `{"do": "run", …}` (see Order), `{"do":
 * "stop"}`; on standard output `{"k": "ready"}`, and `{"k": "ended", …}` with what it came to. It ends by itself after `lasts_s`, and when its input closes.
 */
interface Order {
  readonly do: 'run' | 'stop';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** `headers` and `bodies`: never at their end; `reads`: nothing is read. */
  readonly how: 'headers' | 'bodies' | 'reads';
  readonly per_s: number;
  readonly sockets: number;
  readonly every_ms: number;
  readonly lasts_s: number;
  /** The address of this machine that connections come from; any without it. */
  readonly from?: string;
}

const BODY = 1_000_000;

const held = new Map<net.Socket, number>();
const came = { opened: 0, refused: 0, closed_by_server: 0, held_most: 0, longest_held_ms: 0, answers: {} as Record<string, number> };
let timers: NodeJS.Timeout[] = [];
let began = false;

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const order = JSON.parse(line) as Order;
  if (order.do === 'stop') end();
  else if (!began) run(order);
});
input.on('close', () => process.exit(0));
process.on('SIGINT', () => undefined);
process.stdout.on('error', () => process.exit(0));
setTimeout(() => process.exit(0), Number(process.env['LIFE_S'] ?? 600) * 1000).unref();
say({ k: 'ready' });

function run(order: Order): void {
  began = true;
  timers = [
    setInterval(() => open(order), 1000 / order.per_s),
    setInterval(drip, order.every_ms, order),
    setTimeout(end, order.lasts_s * 1000),
  ];
}

function open({ host, port, path, how, sockets, from }: Order): void {
  if (held.size >= sockets) return;
  const socket = net.connect({ host, port, ...(from === undefined ? {} : { localAddress: from }) });
  const since = performance.now();
  held.set(socket, since);
  came.held_most = Math.max(came.held_most, held.size);
  socket.on('connect', () => {
    came.opened += 1;
    const head = `${how === 'bodies' ? 'POST' : 'GET'} ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\n`;
    if (how === 'headers') socket.write(`${head}X-Slow: `);
    else if (how === 'bodies') socket.write(`${head}Content-Type: application/json\r\nContent-Length: ${BODY}\r\n\r\n{`);
    else socket.write(`${head}\r\n`);
    if (how === 'reads') socket.pause();
  });
  // Whoever does not read hears only by writing that the other side is gone.
  if (how !== 'reads')
    socket.on('data', (chunk) => {
      const status = /^HTTP\/1\.\d (\d{3})/.exec(chunk.toString('latin1'))?.[1];
      if (status !== undefined) came.answers[status] = (came.answers[status] ?? 0) + 1;
      socket.destroy();
    });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (!held.delete(socket)) return;
    if (socket.bytesWritten === 0) came.refused += 1;
    else {
      came.closed_by_server += 1;
      came.longest_held_ms = Math.max(came.longest_held_ms, performance.now() - since);
    }
  });
}

/** A byte on each connection. An empty line before a request is none, and says nothing to who still answers the last one. */
function drip({ how }: Order): void {
  for (const socket of held.keys()) if (!socket.connecting) socket.write(how === 'reads' ? '\r\n' : 'x');
}

function end(): void {
  for (const timer of timers) clearInterval(timer);
  const now = performance.now();
  const left = held.size;
  for (const since of held.values()) came.longest_held_ms = Math.max(came.longest_held_ms, now - since);
  for (const socket of [...held.keys()]) {
    held.delete(socket);
    socket.destroy();
  }
  say({ k: 'ended', ...came, held_at_end: left });
  process.stdin.destroy();
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
