import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { GaugeEvent } from '../model/event.ts';
import { Gauge } from './gauge.ts';
import type { Output } from './output.ts';

test('a figure is told as it is, what is none is told as such, and nothing after the end', async () => {
  const answers = ['{"open":3}', 'nonsense', '{"open":"12"}', '{"open":-4.5}'];
  let asked = 0;
  const server = http.createServer((_, response) => response.end(answers[asked++] ?? '{"open":0}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const heard: GaugeEvent[] = [];
  const output = { event: (event: GaugeEvent) => heard.push(event) } as unknown as Output;
  const figure = { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, path: '/', number: '/open' };
  const gauge = new Gauge({ n: 1, do: 'gauge', name: 'open', figure, every_ms: 10 }, output);
  await expect.poll(() => heard.length).toBeGreaterThan(5);
  gauge.stop();
  const told = heard.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(heard).toHaveLength(told);
  server.close();
  expect(heard.slice(0, 5)).toMatchObject([
    { k: 'gauge', name: 'open', value: 3 },
    { value: null, how: expect.stringContaining('nonsense') },
    { value: 12 },
    { value: -4.5 },
    { value: 0 },
  ]);
  for (const [i, { sent, at }] of heard.entries()) {
    expect(at).toBeGreaterThanOrEqual(sent);
    if (i > 0) expect(sent).toBeGreaterThanOrEqual(heard[i - 1]?.at ?? 0);
  }
});

test('a service that is away tells nothing, and is asked on', async () => {
  const heard: GaugeEvent[] = [];
  const output = { event: (event: GaugeEvent) => heard.push(event) } as unknown as Output;
  const figure = { address: { host: '127.0.0.1', port: 1 }, path: '/', number: '/open' };
  const gauge = new Gauge({ n: 1, do: 'gauge', name: 'open', figure, every_ms: 10 }, output);
  await expect.poll(() => heard.length).toBeGreaterThan(2);
  gauge.stop();
  expect(heard[0]).toMatchObject({ value: null, how: 'ECONNREFUSED' });
});
