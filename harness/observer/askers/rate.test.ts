import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askRate, figureIn } from './rate.ts';

let count = 0;
let answers = 200;
let server: http.Server;
beforeEach(async () => {
  [count, answers] = [0, 200];
  server = http.createServer((_, response) => {
    response.statusCode = answers;
    response.end(`server accepts handled requests\n 1 1 ${count} \nActive connections: 7`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const asker = (below: number, window_ms: number | null, number = 'requests\\s+\\d+\\s+\\d+\\s+(\\d+)') =>
  askRate({
    kind: 'rate',
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    path: '/',
    number,
    below,
    window_ms,
  });

test('a figure that grows slowly is well, one that grows fast is not', async () => {
  const growing = setInterval(() => (count += 10), 10);
  const calm = asker(5000, 200);
  const strict = asker(100, 200);
  expect(await calm.ask(400)).toMatchObject({ well: true });
  expect(await strict.ask(400)).toMatchObject({ well: false, how: expect.stringMatching(/^\d+ a second, limit 100$/) });
  clearInterval(growing);
  expect(await strict.ask(400)).toMatchObject({ well: true, how: '0 a second, limit 100' });
  calm.close();
  strict.close();
});

test('without a window the figure itself is compared', async () => {
  const level = asker(7, null, 'Active connections: (\\d+)');
  expect(await level.ask(400)).toEqual({ well: false, how: '7, limit 7' });
  level.close();
});

test('a counter that begins again is no flood; no figure, no answer and another status tell nothing', async () => {
  count = 1000;
  const one = asker(10, 150);
  const asked = one.ask(400);
  setTimeout(() => (count = 0), 60);
  expect(await asked).toMatchObject({ well: true });
  answers = 500;
  expect(await one.ask(400)).toMatchObject({ well: false, how: expect.stringContaining('HTTP 500'), mute: true });
  answers = 200;
  const other = asker(10, 150, '/requests');
  expect(await other.ask(400)).toMatchObject({ well: false, how: expect.stringContaining('without the figure /requests'), mute: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  expect(await one.ask(400)).toMatchObject({ well: false, how: expect.stringMatching(/^ECONN/), mute: true });
  for (const each of [one, other]) each.close();
});

test.each([
  ['{"requests": 12, "deep": {"open": "3"}}', '/requests', 12],
  ['{"requests": 12, "deep": {"open": "3"}}', '/deep/open', 3],
  ['{"requests": null}', '/requests', null],
  ['no JSON', '/requests', null],
  ['reqs=41;', 'reqs=(\\d+)', 41],
  ['reqs=;', 'reqs=(\\d*)', null],
  ['nothing', 'reqs=(\\d+)', null],
] as const)('%s at %s is %s', (text, number, figure) => {
  expect(figureIn(text, number)).toBe(figure);
});
