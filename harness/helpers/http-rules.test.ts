import { expect, test } from 'vitest';
import { matches, Rules } from './http-rules.ts';

const failing = (rules: Rules, times: number, look: string | null = null) =>
  Array.from({ length: times }, () => (rules.treat('GET', '/orders/1', look) === null ? '.' : 'x')).join('');

test('a route is a method and a path with stars; queries do not count', () => {
  expect(matches('*', 'POST', '/a/b?c=d')).toBe(true);
  expect(matches('/orders/*', 'POST', '/orders/7?x=/y')).toBe(true);
  expect(matches('/orders/*', 'POST', '/orders')).toBe(false);
  expect(matches('GET /orders*', 'POST', '/orders')).toBe(false);
  expect(matches('/a.b', 'GET', '/axb')).toBe(false);
  expect(matches('/orders/*/lines', 'GET', '/orders/7/lines')).toBe(true);
});

test('the first three fail and then it works; looks see what comes next, and use nothing up', () => {
  const rules = new Rules();
  rules.put({ id: 'f', route: '/orders/*', treatment: { do: 'fail-first', first: 3, status: 503, delivered: false } });
  expect(failing(rules, 10, 'GET /orders/1')).toBe('xxxxxxxxxx');
  expect(failing(rules, 2)).toBe('xx');
  expect(failing(rules, 1, 'GET /orders/1')).toBe('x');
  expect(failing(rules, 3)).toBe('x..');
  expect(failing(rules, 1, 'GET /orders/1')).toBe('.');
  expect(rules.remove('f')).toBe('3 of 5 requests on /orders/* were spoiled');
  expect(rules.remove('f')).toBeNull();
});

test('failures that clients use up before anybody looked are seen still, by as many looks as it takes to believe them', () => {
  const rules = new Rules();
  rules.put({ id: 'f', route: '*', treatment: { do: 'fail-first', first: 1, status: 503, delivered: false } });
  expect(failing(rules, 3)).toBe('x..');
  expect(failing(rules, 6, 'GET /')).toBe('xxxx..');
});

test('a share fails as its sequence says, again and again; a look is treated like one that fails', () => {
  const rules = new Rules();
  rules.put({ id: 'f', route: '*', treatment: { do: 'fail-share', sequence: '0100', status: 503, delivered: false } });
  expect(failing(rules, 2)).toBe('.x');
  expect(failing(rules, 3, 'GET /')).toBe('xxx');
  expect(failing(rules, 6)).toBe('...x..');
});

test('the newest rule on a route counts; a look counts as the route that it names', () => {
  const rules = new Rules();
  rules.put({ id: 'old', route: '*', treatment: { do: 'status', status: 500, delivered: false } });
  rules.put({ id: 'new', route: 'GET /orders/*', treatment: { do: 'stall' } });
  expect(rules.treat('GET', '/orders/1', null)).toMatchObject({ change: { do: 'stall' } });
  expect(rules.treat('GET', '/health', 'GET /orders/')).toMatchObject({ change: { do: 'stall' } });
  expect(rules.treat('GET', '/health', null)).toMatchObject({ answer: { status: 500 } });
});
