import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpStep, type PlannedFresh } from '../model/journey.ts';
import { HttpClient } from './http-client.ts';
import type { Answer } from './outcome.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const POST = { method: 'POST', path: '/orders/{seq}', body: '{"id":"{id}","value":"{value}"}' } as const;

async function serve(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as net.AddressInfo).port;
}

function client(
  port: number,
  connection: 'fresh' | 'pooled',
  step: Parameters<typeof HttpStep.parse>[0] = { path: '/' },
  fresh?: PlannedFresh,
) {
  const made = new HttpClient({ host: '127.0.0.1', port }, connection, HttpStep.parse(step), fresh);
  closing.push(() => made.close());
  return (seq = 0, timeout_ms = 500) =>
    new Promise<Answer>((resolve) => made.perform({ id: `id-${seq}`, value: `v${seq}`, writer: 'f', seq }, timeout_ms, resolve));
}

/** A server that does this with each connection once it has heard something. */
const raw = (deed: (socket: net.Socket) => void) => serve(net.createServer((socket) => socket.once('data', () => deed(socket))));

test.each(['fresh', 'pooled'] as const)('a request arrives as it was meant, and its answer is judged (%s)', async (connection) => {
  const seen: { url: string | undefined; body: string; connection: string | undefined; port: number | undefined }[] = [];
  const port = await serve(
    http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        seen.push({ url: request.url, body, connection: request.headers.connection, port: request.socket.remotePort });
        response.statusCode = 201;
        response.end(JSON.stringify({ server: 'api-ü', timeline: 3, value: JSON.parse(body).value }));
      });
    }),
  );
  const perform = client(port, connection, {
    ...POST,
    ok: { status: [201], body_has: '"{value}"' },
    who: { server: '/server', timeline: '/timeline' },
  });
  expect(await perform(1)).toEqual({ outcome: 'ok', server: 'api-ü', timeline: 3 });
  expect(await perform(2)).toEqual({ outcome: 'ok', server: 'api-ü', timeline: 3 });
  expect(seen.map(({ url, body }) => [url, body])).toEqual([
    ['/orders/1', '{"id":"id-1","value":"v1"}'],
    ['/orders/2', '{"id":"id-2","value":"v2"}'],
  ]);
  expect(seen[0]?.connection).toBe(connection === 'fresh' ? 'close' : 'keep-alive');
  expect(seen[0]?.port === seen[1]?.port).toBe(connection === 'pooled');
});

test('a wrong body, and statuses, as they count', async () => {
  let status = 200;
  const port = await serve(
    http.createServer((_, response) => {
      response.statusCode = status;
      response.end('something');
    }),
  );
  expect(await client(port, 'pooled', { path: '/', ok: { body_has: 'else' } })()).toEqual({
    outcome: 'ok',
    wrongBody: true,
    error: 'wrong_body',
  });
  const perform = client(port, 'pooled');
  for (const [next, outcome] of [
    [404, 'fail'],
    [408, 'ind'],
    [500, 'ind'],
    [503, 'ind'],
  ] as const) {
    status = next;
    expect(await perform()).toEqual({ outcome, error: `http_${next}` });
  }
});

test('nobody listens: it definitely did not happen', async () => {
  const port = await serve(net.createServer());
  for (const close of closing.splice(0)) close();
  expect(await client(port, 'fresh')()).toEqual({ outcome: 'fail', error: 'ECONNREFUSED' });
});

test.each([
  ['is cut off before any answer', (socket: net.Socket) => socket.destroy(), 'ECONNRESET'],
  ['is reset', (socket: net.Socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ['is cut off in mid-answer', (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), 'cut_short'],
  ['is answered with something else', (socket: net.Socket) => socket.end('220 mail.example ESMTP\r\n\r\n'), 'no_http'],
  ['is never answered', () => undefined, 'timeout'],
  ['is answered by the half', (socket: net.Socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), 'timeout'],
] as const)('a request that %s is indeterminate', async (_, deed, error) => {
  const port = await raw(deed);
  for (const connection of ['fresh', 'pooled'] as const)
    expect(await client(port, connection)(0, 150), connection).toEqual({ outcome: 'ind', error });
});

test('an answer without a length ends with its connection', async () => {
  const port = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  expect(await client(port, 'pooled', { path: '/', ok: { body_has: 'all of it' } })()).toEqual({ outcome: 'ok' });
});

test('a kept connection that the server closed is not used again; a new one is', async () => {
  let connections = 0;
  const server = http.createServer((_, response) => response.end('hi'));
  server.keepAliveTimeout = 1;
  server.on('connection', (socket) => {
    connections += 1;
    setTimeout(() => socket.end(), 60);
  });
  const perform = client(await serve(server), 'pooled');
  expect(await perform()).toEqual({ outcome: 'ok' });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await perform()).toEqual({ outcome: 'ok' });
  expect(connections).toBe(2);
});

test('many at once, each with its own answer', async () => {
  const port = await serve(http.createServer((request, response) => setTimeout(() => response.end(request.url), Math.random() * 20)));
  for (const connection of ['fresh', 'pooled'] as const) {
    const perform = client(port, connection, { path: '/{seq}/', ok: { body_has: '/{seq}/' } });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, seq) => perform(seq, 5000)));
    expect(answers.filter(({ outcome, wrongBody }) => outcome !== 'ok' || wrongBody)).toEqual([]);
  }
});

test.each([
  [{ within: 2, age: '/age_s' }, { age_s: 1.9 }, { outcome: 'ok' }],
  [{ within: 2, age: '/age_s' }, { age_s: 2.1 }, { outcome: 'ok', error: 'stale' }],
  [{ within: 2, age: '/age_s' }, { age_s: '3' }, { outcome: 'ok', wrongBody: true, error: 'no_age' }],
  [{ within: 2, age: '/age_s' }, 'no JSON', { outcome: 'ok', wrongBody: true, error: 'no_age' }],
  [{ within: 2, time: '/as_of', now: '/now' }, { as_of: '2026-01-01T00:00:00Z', now: '2026-01-01T00:00:01.500Z' }, { outcome: 'ok' }],
  [
    { within: 2, time: '/as_of', now: '/now' },
    { as_of: 1000, now: 1002.5 },
    { outcome: 'ok', error: 'stale' },
  ],
  [
    { within: 2, time: '/as_of', now: '/now' },
    { as_of: 'yesterday', now: 1 },
    { outcome: 'ok', wrongBody: true, error: 'no_age' },
  ],
] as const)('how old an answer says it is: %j of %j', async (fresh, body, expected) => {
  const port = await serve(http.createServer((_, response) => response.end(typeof body === 'string' ? body : JSON.stringify(body))));
  expect(await client(port, 'pooled', { path: '/' }, fresh)(0, 20_000)).toEqual(expected);
});

test('wrong, and stale as well: wrong', async () => {
  const port = await serve(http.createServer((_, response) => response.end('{"age_s":9}')));
  const perform = client(port, 'fresh', { path: '/', ok: { body_has: 'something else' } }, { within: 2, age: '/age_s' });
  expect(await perform(0, 20_000)).toEqual({ outcome: 'ok', wrongBody: true, error: 'wrong_body' });
});
