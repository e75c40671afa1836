import { expect, test } from 'vitest';
import type { Op } from '../model/event.ts';
import { latencyByPhase } from './latency.ts';

const lane = { name: 'order', how: 'fresh', kind: 'read' as const, streams: ['order/f'], deadline_s: 0.5, buckets: [] };
const op = (s_s: number, ms: number, more: Partial<Op> = {}): Op => ({
  k: 'op',
  j: 'order',
  w: 'f',
  n: 0,
  s: s_s * 1e9,
  x: 0,
  c: ms * 1e6,
  o: 'ok',
  ...more,
});
const PHASES = [
  { phase: 'baseline' as const, from_s: 0, to_s: 10 },
  { phase: 'disturb' as const, from_s: 10, to_s: 20 },
  { phase: 'settle' as const, from_s: 20, to_s: 30 },
];

test('good answers by the phase in which they were due: never said to be faster than they were, at most a fiftieth slower', () => {
  const ops = [
    ...Array.from({ length: 100 }, (_, i) => op(i / 10, i + 1)),
    op(10, 400),
    op(12, 3, { o: 'fail' }),
    op(13, 3, { b: 1 }),
    op(14, 600),
    op(40, 1),
  ];
  const [before, during, ...none] = latencyByPhase(new Map([['order/f', ops]]), [lane], PHASES);
  expect(none).toEqual([]);
  expect(before).toMatchObject({ lane: 'order fresh', phase: 'baseline', due: 100, good: 100, ms: { slowest: 100 } });
  expect(before?.ms?.half).toBeGreaterThanOrEqual(50);
  expect(before?.ms?.half).toBeLessThanOrEqual(51);
  expect(before?.ms?.most).toBeGreaterThanOrEqual(95);
  expect(before?.ms?.most).toBeLessThanOrEqual(96.9);
  expect(during).toEqual({ lane: 'order fresh', phase: 'disturb', due: 4, good: 1, ms: { half: 400, most: 400, slowest: 400 } });
});

test('where nothing was answered well there is no latency, and not zero', () => {
  const [only] = latencyByPhase(new Map([['order/f', [op(1, 1, { o: 'fail' })]]]), [lane], PHASES);
  expect(only).toMatchObject({ due: 1, good: 0, ms: null });
});
