import http from 'node:http';
import type net from 'node:net';

/** What a program beside a system answers to whoever steers it. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Carries out one request of the one who steers: a method, the parts of the path, a JSON body (undefined without one). */
export type Steer = (method: string, path: readonly string[], body: unknown) => Reply | Promise<Reply>;

/**
 * What every helper of ours has: an interface for whoever steers it, on this machine's own loopback (nobody else on the network can use it), one line on standard output that says where it
 * listens (`{"control": PORT, …}`), and an end with its input.
 */
export async function steered(steer: Steer, said: Readonly<Record<string, number>>): Promise<void> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const answer = ({ status, text }: Reply) => response.writeHead(status, { connection: 'close' }).end(text);
      const text = Buffer.concat(chunks).toString();
      const path = (request.url ?? '/').split('/').slice(1).map(decodeURIComponent);
      new Promise<Reply>((resolve) => resolve(steer(request.method ?? 'GET', path, text === '' ? undefined : JSON.parse(text)))).then(
        answer,
        (error: unknown) => answer({ status: 400, text: String(error) }),
      );
    });
  });
  const control = await listening(server, { host: '127.0.0.1', port: 0 });
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  // A Ctrl-C at the terminal is for the harness.
  process.on('SIGINT', () => undefined);
  process.stdout.write(`${JSON.stringify({ control, ...said })}\n`);
}

/** Resolves with the port once a server listens; port 0: one that is free. */
export async function listening(server: net.Server, at: { readonly host: string; readonly port: number }): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  return (server.address() as net.AddressInfo).port;
}
