import http from 'node:http';
import type net from 'node:net';
import { createInterface } from 'node:readline';

/** What a program beside a system answers to whoever steers it. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Carries out one request of the one who steers: a method, the parts of the path, a JSON body (undefined without one). */
export type Steer = (method: string, path: readonly string[], body: unknown) => Reply | Promise<Reply>;

/**
 * What every helper of ours has: one line on standard output that says where it listens (`{"control": PORT, …}`), and two ears for whoever steers it: lines on standard input
 * (`{"n": 1, "method": "PUT", "path": "/…", "body": …}`, each answered by `{"n": 1, "status": 200, "text": "…"}`) for the harness that started it, and HTTP on its place's own loopback, which
 * nobody else on the network reaches, for undos without that harness. It ends with its input.
 */
export async function steered(steer: Steer, said: Readonly<Record<string, number>>): Promise<void> {
  const carryOut = (method: string, path: string, body: unknown): Promise<Reply> =>
    new Promise<Reply>((resolve) => resolve(steer(method, path.split('/').slice(1).map(decodeURIComponent), body))).catch(
      (error: unknown) => ({ status: 400, text: String(error) }),
    );
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString();
      const answer = await carryOut(request.method ?? 'GET', request.url ?? '/', text === '' ? undefined : JSON.parse(text));
      response.writeHead(answer.status, { connection: 'close' }).end(answer.text);
    });
  });
  const control = await listening(server, { host: '127.0.0.1', port: 0 });
  const input = createInterface({ input: process.stdin });
  input.on('line', async (line) => {
    const { n, method, path, body } = JSON.parse(line) as { n: number; method: string; path: string; body?: unknown };
    process.stdout.write(`${JSON.stringify({ n, ...(await carryOut(method, path, body)) })}\n`);
  });
  input.on('close', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdout.on('error', () => process.exit(0));
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
