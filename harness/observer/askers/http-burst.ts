import net from 'node:net';
import type { Answered, Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** All requests are written at once, their answers counted by their status lines: what a connection carries in a moment, how much of it, and when it ends. */
export function askBurst({ address, path, status, requests, padding, within_ms }: Extract<ResolvedProbe, { kind: 'http-burst' }>): Asker {
  const head = `GET ${path} HTTP/1.1\r\nHost: ${address.host}:${address.port}\r\n${padding > 0 ? `X-Padding: ${'x'.repeat(padding)}\r\n` : ''}`;
  const text = `${`${head}\r\n`.repeat(requests - 1)}${head}Connection: close\r\n\r\n`;
  const open = new Set<net.Socket>();
  return {
    ask: (timeout_ms) =>
      new Promise<Answered>((resolve) => {
        const sent = performance.now();
        let [heard, answered] = ['', 0];
        const socket = net.connect(address);
        open.add(socket);
        const answer = (well: boolean, how: string, silent = false) => {
          clearTimeout(timer);
          open.delete(socket);
          socket.destroy();
          resolve({ well, how, ...(silent ? { silent: true as const } : {}) });
        };
        const told = () => `${answered} of ${requests} answers, ${Math.round(performance.now() - sent)} ms`;
        // What must be in time is asked for at once: patience would only tell the same later.
        const timer = setTimeout(() => answer(false, `no end: ${told()}`, true), Math.max(timeout_ms, within_ms));
        socket.setEncoding('latin1');
        socket.on('connect', () => socket.write(text));
        socket.on('data', (chunk: string) => {
          // A status line may be cut in two: the end of what was heard is kept.
          heard += chunk;
          const found = [...heard.matchAll(/HTTP\/1\.[01] (\d{3}) /g)];
          answered += found.filter(([, code]) => status.includes(Number(code))).length;
          const last = found.at(-1);
          heard = last === undefined ? heard.slice(-20) : heard.slice(last.index + last[0].length).slice(-20);
        });
        socket.on('error', (error: NodeJS.ErrnoException) => answer(false, `${error.code ?? error.message}: ${told()}`));
        socket.on('end', () => {
          const took = performance.now() - sent;
          const whole = answered === requests;
          answer(whole && took <= within_ms, told(), whole && took > within_ms);
        });
      }),
    close() {
      for (const socket of open) socket.destroy();
    },
  };
}
