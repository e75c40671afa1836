import { expect, test } from 'vitest';
import { LiveOutages } from './live.ts';

const MS = 1e6;

/** What is said of these lines. Two probers, f and p, of one target; an operation each 10 ms, deadline 200 ms. */
function said(lines: readonly object[]): readonly string[] {
  const heard: string[] = [];
  const live = new LiveOutages(new Map([['target-1', 'http://x/']]), 0.2, new Date(0), (line) => heard.push(line));
  for (const line of lines) live.line(JSON.stringify(line));
  return heard;
}
const op = (w: string, n: number, how: object) => ({ k: 'op', j: 'target-1', w, n, s: n * 10 * MS, x: 1000, c: 2 * MS, o: 'ok', ...how });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const refused = { o: 'fail', e: 'ECONNREFUSED' };

test('an outage that two probers see is told once, and is over when both are well', () => {
  const lines = [
    ...range(0, 10).flatMap((n) => [op('f', n, {}), op('p', n, {})]),
    ...range(10, 40).flatMap((n) => [op('f', n, refused), op('p', n, refused)]),
    ...range(40, 60).flatMap((n) => [op('f', n, {}), op('p', n, refused)]),
    ...range(60, 70).flatMap((n) => [op('f', n, {}), op('p', n, {})]),
  ];
  expect(said(lines)).toEqual([
    'http://x/ down since 00:00:00.100 (ECONNREFUSED)',
    expect.stringMatching(/^http:\/\/x\/ back after 0\.4\d–0\.5\d s$/),
  ]);
});

test('what was sent late, or while this machine stood still, is told of nobody', () => {
  expect(said(range(0, 10).map((n) => op('f', n, { o: 'ind', e: 'timeout', x: 50 * MS, c: 1000 * MS })))).toEqual([]);
  const stall = { k: 'stall', at: 90 * MS, to: 900 * MS, by: 'loop' };
  expect(said([stall, ...range(10, 20).map((n) => op('f', n, { o: 'ind', e: 'timeout', c: 1000 * MS }))])).toEqual([]);
  expect(said(range(10, 20).map((n) => op('f', n, { o: 'ind', e: 'timeout', c: 1000 * MS })))).toHaveLength(1);
});

test('one or two bad answers are told of nobody', () => {
  expect(said([op('f', 0, {}), op('f', 1, refused), op('f', 2, refused), op('f', 3, {})])).toEqual([]);
});
