import tls from 'node:tls';
import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** A handshake on a new connection each time, without any session of before: the certificate is looked at every time. */
export function askTls({ address: { host, port }, name, ca }: Extract<ResolvedProbe, { kind: 'tls' }>): Asker {
  return {
    ask: (timeout_ms) =>
      new Promise((resolve) => {
        const socket = tls.connect({ host, port, servername: name, ca });
        const done = (well: boolean, how: string, silent?: true) => {
          clearTimeout(timer);
          socket.destroy();
          resolve({ well, how, ...(silent === undefined ? {} : { silent }) });
        };
        const timer = setTimeout(() => done(false, `no handshake for ${Math.round(timeout_ms)} ms`, true), timeout_ms);
        socket.on('error', (error: NodeJS.ErrnoException) => done(false, error.code ?? error.message));
        socket.once('secureConnect', () => done(true, `a good certificate, until ${socket.getPeerCertificate().valid_to}`));
      }),
    close: () => undefined,
  };
}
