import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rule } from './http-rules.ts';

/** A service that says what it was asked, streams what it was sent, and counts its connections. */
const heard: string[] = [];
let connections = 0;
const service = http.createServer((request, response) => {
  heard.push(`${request.method} ${request.url} ${request.headers['x-faultline-look'] ?? ''}`.trim());
  if (request.url === '/echo') {
    response.writeHead(201, { 'x-case-Kept': 'yes', 'set-cookie': ['a=1', 'b=2'] });
    request.pipe(response);
  } else if (request.url === '/bye') response.writeHead(200, { connection: 'close' }).end('bye');
  else if (request.url === '/breaks') {
    response.writeHead(200, { 'content-length': 100 }).write('half');
    setTimeout(() => request.socket.destroy(), 20);
  } else response.end(`${request.url} of the service`);
});
service.on('connection', () => (connections += 1));

let proxy: ChildProcess;
let at = { port: 0, control: 0 };
beforeAll(async () => {
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  const to = { host: '127.0.0.1', port: (service.address() as net.AddressInfo).port };
  const file = path.join(import.meta.dirname, 'http-proxy.ts');
  proxy = spawn(process.execPath, [file, JSON.stringify({ listen: { host: '127.0.0.1', port: 0 }, to })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: proxy.stdout as NodeJS.ReadableStream }), 'line')) as [string];
  at = JSON.parse(line) as typeof at;
}, 30_000);
afterAll(async () => {
  // It ends with its input.
  proxy.stdin?.end();
  await once(proxy, 'exit');
  service.close();
  service.closeAllConnections();
});

const url = (where: string) => `http://127.0.0.1:${at.port}${where}`;
async function spoiled<T>(rule: Omit<Rule, 'id'>, work: () => Promise<T>): Promise<T> {
  const rules = `http://127.0.0.1:${at.control}/rules/test`;
  expect((await fetch(rules, { method: 'PUT', body: JSON.stringify(rule) })).status).toBe(200);
  try {
    return await work();
  } finally {
    await fetch(rules, { method: 'DELETE' });
  }
}
const says = async (where: string, init: RequestInit = {}) => {
  const answer = await fetch(url(where), init);
  return `${answer.status} ${await answer.text()}`;
};

test('without a rule everything passes as it is: bodies of any length, headers, one connection that is kept', async () => {
  const body = 'x'.repeat(3_000_000);
  const answer = await fetch(url('/echo'), { method: 'POST', body });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('x-case-kept')).toBe('yes');
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await answer.text()).toBe(body);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const before = connections;
  for (const n of [1, 2, 3]) {
    const [response] = (await once(http.get(url(`/kept-${n}`), { agent }), 'response')) as [http.IncomingMessage];
    response.resume();
    await once(response, 'end');
  }
  expect(connections - before).toBe(1);
  agent.destroy();
});

test('a connection that the service ends or breaks ends or breaks for the client', async () => {
  const answer = await fetch(url('/bye'));
  expect(answer.headers.get('connection')).toBe('close');
  expect(await answer.text()).toBe('bye');
  await expect(says('/breaks')).rejects.toThrow();
});

test('what the service was spared, and what it got nevertheless', async () => {
  heard.length = 0;
  const status = (delivered: boolean) => ({ route: 'POST /orders', treatment: { do: 'status', status: 500, delivered } as const });
  expect(await spoiled(status(false), () => says('/orders', { method: 'POST', body: 'one' }))).toMatch(/^500 /);
  expect(heard).toEqual([]);
  expect(await spoiled(status(true), () => says('/orders', { method: 'POST', body: 'two' }))).toMatch(/^500 /);
  expect(heard).toEqual(['POST /orders']);
  expect(await says('/orders', { method: 'POST' })).toBe('200 /orders of the service');
});

test('a look is treated as the route that it names, is not counted, and does not show to the service', async () => {
  heard.length = 0;
  const first = { route: 'POST /orders', treatment: { do: 'fail-first', first: 1, status: 503, delivered: false } as const };
  await spoiled(first, async () => {
    const headers = { 'x-faultline-look': 'POST /orders' };
    expect(await says('/health', { headers })).toMatch(/^503 /);
    expect(await says('/health')).toMatch(/^200 /);
    expect(await says('/orders', { method: 'POST' })).toMatch(/^503 /);
    expect(await says('/orders', { method: 'POST' })).toMatch(/^200 /);
    for (const _ of [1, 2, 3]) await says('/health', { headers });
    expect(await says('/health', { headers })).toMatch(/^200 /);
  });
  expect(heard).toEqual(['GET /health', 'POST /orders', 'GET /health']);
});

test('bodies that are cut off, lied about, slow, or do not come until the heal', async () => {
  const on = (treatment: Rule['treatment']) => ({ route: '/ware', treatment });
  expect(await spoiled(on({ do: 'body', body: 'lies', type: 'text/plain', delivered: false }), () => says('/ware'))).toBe('200 lies');
  await spoiled(on({ do: 'truncate', bytes: 5 }), async () => {
    const answer = await fetch(url('/ware'));
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
  });
  const began = performance.now();
  expect(await spoiled(on({ do: 'trickle', bytes_per_s: 40 }), () => says('/ware'))).toBe('200 /ware of the service');
  expect(performance.now() - began).toBeGreaterThan(('/ware of the service'.length / 40) * 900);
  const late = await spoiled(on({ do: 'stall' }), async () => {
    const answer = await fetch(url('/ware'));
    const text = answer.text();
    const first = await Promise.race([text, new Promise((resolve) => setTimeout(() => resolve('nothing'), 300))]);
    expect(first).toBe('nothing');
    return { text };
  });
  expect(await late.text).toBe('/ware of the service');
});

test('what is no HTTP, and a client that goes away, harm nobody else', async () => {
  const socket = net.connect(at.port, '127.0.0.1', () => socket.write('\x16\x03\x01 no HTTP\r\n\r\n'));
  socket.on('error', () => undefined);
  await once(socket.resume(), 'close');
  const gone = net.connect(at.port, '127.0.0.1', () => gone.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nhalf'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  gone.destroy();
  expect(await says('/still')).toBe('200 /still of the service');
});
