import { describe, expect, test } from 'vitest';
import { type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import type { Objective } from '../model/objective.ts';
import { judgeLatency } from './latency.ts';

const latency: Extract<Objective, { kind: 'latency' }> = { name: 'latency', kind: 'latency', of: ['order'], at_most_times: 2 };
/** A fault that is seen, and spoils nothing by itself. */
const calm: Partial<Planting> = { baseline_s: 6, window_s: 6, outages: [] };

type Line = { k: string; j: string; w: string; o: string; s: number; x: number; c: number; n: number };

/** A planted run in which operations of `order` after the fault's effect are changed. */
function judged(change: (op: Line, since_s: number) => object, how: Partial<Planting> = {}) {
  const planted = plant({ ...calm, ...how });
  const lines = planted.lines.map((line) => {
    const event = JSON.parse(line) as Line;
    const since = (event.s - planted.truth.effect) / 1e9;
    return event.k === 'op' && event.j === 'order' && since > 0 ? JSON.stringify({ ...event, ...change(event, since) }) : line;
  });
  return judgeLatency(recorded({ ...planted, lines }), latency);
}
const slower = (times: number) => (op: Line) => ({ c: Math.round(op.c * times) });

test('as fast as before: held, whichever the seed; and the same numbers each time', () => {
  for (const seed of [1, 2, 3, 4, 5])
    expect(
      judged(() => ({}), { seed }),
      `seed ${seed}`,
    ).toMatchObject({ outcome: 'pass', reason: 'held' });
  expect(judged(() => ({}))).toEqual(judged(() => ({})));
});

test('half as slow again is within a promise of twice; three times is beyond it', () => {
  expect(judged(slower(1.5))).toMatchObject({ outcome: 'pass' });
  expect(judged(slower(3))).toMatchObject({ outcome: 'fail', reason: 'latency.over' });
});

test('one prober of two is slow: the worst counts', () => {
  expect(judged((op) => (op.w === 'p' ? slower(3)(op) : {}))).toMatchObject({ outcome: 'fail', measured: { stream: 'order/p' } });
});

test('twice as slow in some seconds and not in others: not for sure, so undecided', () => {
  const verdict = judged((op, since) => (since < 3.5 ? slower(3)(op) : slower(0.7)(op)));
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'latency.undecided' });
  expect(verdict.measured).toMatchObject({ p95_times: { seen: expect.any(Number) } });
});

test('within the promise as seen, but not for sure: not held', () => {
  const verdict = judged((op, since) => slower(since < 3.2 ? 2.4 : 1.2)(op));
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'latency.undecided' });
  const { p95_times } = verdict.measured as { p95_times: { seen: number; at_most: number } };
  expect(p95_times.seen).toBeLessThan(2);
  expect(p95_times.at_most).toBeGreaterThan(2);
});

test('what is not answered well took its deadline', () => {
  // 4 of 100 fail, 2 of 100 are slow: together they move the 95th percentile.
  const verdict = judged((op) => (op.n % 25 === 0 ? { o: 'ind', e: 'http_503' } : op.n % 25 === 1 && op.n % 2 === 0 ? { c: 90e6 } : {}));
  expect(verdict.outcome, verdict.because).toBe('fail');
});

test('where one in ten is not answered well there is no such percentile: availability judges that', () => {
  expect(judged((op) => (op.n % 10 === 0 ? { o: 'ind', e: 'http_503' } : {}))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'latency.undecided',
    measured: null,
  });
});

describe('nothing that saw nothing is fast', () => {
  test.each([
    [{ dies: null }, 'evidence.fault_unconfirmed'],
    [{ fault: 'none' }, 'evidence.no_fault'],
    [{ baseline_s: 1.5 }, 'evidence.floor'],
    [{ window_s: 2 }, 'evidence.floor'],
  ] as const)('%j', (how, reason) => {
    expect(judged(() => ({}), how)).toMatchObject({ outcome: 'inconclusive', reason });
  });

  test('no operations of the journey', () => {
    expect(judgeLatency(recorded(plant(calm)), { ...latency, of: ['ghost'] })).toMatchObject({ reason: 'evidence.no_operations' });
  });

  test('no operations while it lasted', () => {
    const planted = plant(calm);
    const lines = planted.lines.filter((line) => {
      const event = JSON.parse(line) as Line;
      return event.k !== 'op' || (event.s - planted.truth.effect) / 1e9 < 1;
    });
    expect(judgeLatency(recorded({ ...planted, lines }), latency)).toMatchObject({
      outcome: 'inconclusive',
      reason: 'evidence.window_cut',
    });
  });
});
