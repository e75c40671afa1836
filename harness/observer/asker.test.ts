import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { resolveAlert } from '../run/streams.ts';
import { askerOf } from './asker.ts';

let server: http.Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(answer: http.RequestListener): Promise<number> {
  server = http.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

const raised = { http: '/alerts', method: 'GET', status: [200], body_has: '"state":"firing"' };

async function ask(port: number, timeout_ms = 20_000) {
  const asker = askerOf(resolveAlert({ at: 'watcher', raised }, { address: () => ({ host: '127.0.0.1', port }) }), true);
  const answered = await asker.ask(timeout_ms);
  asker.close();
  return answered;
}

test('an alert is what the answer says; any other answer is well', async () => {
  let [status, body] = [200, '[]'];
  const port = await serve((_, response) => response.writeHead(status).end(body));
  expect(await ask(port)).toMatchObject({ well: true });
  // Far down in a long list.
  body = `[${'{"state":"ok"},'.repeat(2000)}{"state":"firing"}]`;
  expect(await ask(port)).toMatchObject({ well: false });
  status = 503;
  expect(await ask(port)).toMatchObject({ well: true });
});

test('nobody answers: neither an alert nor none', async () => {
  const port = await serve((_, response) => void response.writeHead(200, { 'content-length': '100' }).write('"state":"firing"'));
  expect(await ask(port, 100)).toMatchObject({ mute: true });
  server?.closeAllConnections();
  server?.close();
  expect(await ask(port)).toMatchObject({ mute: true, how: 'ECONNREFUSED' });
});

test('a quiet question is any probe: refused is an alert', async () => {
  const port = await serve((_, response) => response.end());
  const quiet = { http: '/', method: 'GET', status: [200] };
  const ask = async () => {
    const asker = askerOf(resolveAlert({ at: 'watcher', quiet }, { address: () => ({ host: '127.0.0.1', port }) }), false);
    const answered = await asker.ask(20_000);
    asker.close();
    return answered;
  };
  expect(await ask()).toMatchObject({ well: true });
  server?.closeAllConnections();
  server?.close();
  expect(await ask()).toEqual({ well: false, how: 'ECONNREFUSED' });
});
