import { describe, expect, test } from 'vitest';
import { type Planted, type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import type { Objective } from '../model/objective.ts';
import { judgeSteady } from './steady.ts';

const steady: Extract<Objective, { kind: 'steady' }> = {
  name: 'steady',
  kind: 'steady',
  of: ['order', 'bulk'],
  good_within: 0.01,
  goodput: 0.9,
  latency: 1.2,
};
const calm: Partial<Planting> = { baseline_s: 6, window_s: 6, hold_s: 3, outages: [{ kind: 'refuse', from_s: 0, to_s: 0.5 }] };

type Line = { k: string; j: string; o: string; s: number; x: number; c: number; n: number };

/** A planted run in which operations later than `after_s` after the fault are changed. */
function judged(change: (op: Line, since_s: number) => Partial<Line>, how: Partial<Planting> = {}) {
  const planted: Planted = plant({ ...calm, ...how });
  const lines = planted.lines.map((line) => {
    const event = JSON.parse(line) as Line;
    const since = (event.s - planted.truth.effect) / 1e9;
    return event.k === 'op' && since > 0.55 ? JSON.stringify({ ...event, ...change(event, since) }) : line;
  });
  return judgeSteady(recorded({ ...planted, lines }), steady);
}
const same = () => ({});

test('service that is what it was: held, whichever the seed', () => {
  for (const seed of [1, 2, 3, 4, 5]) expect(judged(same, { seed }), `seed ${seed}`).toMatchObject({ outcome: 'pass', reason: 'held' });
});

test('the same recording gives the same numbers', () => {
  expect(judged(same)).toEqual(judged(same));
});

test('a twentieth of the operations fails from now on: worse, though no outage', () => {
  const verdict = judged((op) => (op.n % 20 === 0 ? ({ o: 'ind', e: 'http_500' } as Partial<Line>) : {}));
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'steady.worse' });
});

test('half as slow again is worse; a tenth slower is not', () => {
  expect(judged((op) => ({ c: Math.round(op.c * 1.6) }))).toMatchObject({ outcome: 'fail', reason: 'steady.worse' });
  expect(judged((op) => ({ c: Math.round(op.c * 1.05) })).outcome).toBe('pass');
});

test('getting worse all the time is no recovery', () => {
  const verdict = judged((op, since) => (op.j === 'order' && op.n % 50 < since * 1.2 - 1 ? { o: 'ind' } : {}));
  expect(verdict.outcome).not.toBe('pass');
});

describe('nothing that saw nothing is steady', () => {
  test('no operations after recovery', () => {
    const planted = plant(calm);
    const lines = planted.lines.filter((line) => {
      const event = JSON.parse(line) as Line;
      return event.k !== 'op' || (event.s - planted.truth.effect) / 1e9 < 0.6;
    });
    expect(judgeSteady(recorded({ ...planted, lines }), steady).outcome).not.toBe('pass');
  });

  test.each([
    [{ window_s: 2 }, 'evidence.window_cut'],
    [{ baseline_s: 1.5 }, 'evidence.floor'],
    [{ fault: 'none', outages: [] }, 'evidence.no_fault'],
    [{ dies: null }, 'evidence.fault_unconfirmed'],
    [{ outages: [{ kind: 'refuse', from_s: 0, to_s: 99 }] }, 'evidence.window_cut'],
  ] as const)('%j', (how, reason) => {
    expect(judged(same, how)).toMatchObject({ outcome: 'inconclusive', reason });
  });

  test('no operations of the journey', () => {
    expect(judgeSteady(recorded(plant(calm)), { ...steady, of: ['ghost'] })).toMatchObject({ reason: 'evidence.no_operations' });
  });
});

test('a loss within its margin as seen, but not for sure, is not held', () => {
  const verdict = judged((op, since) => (op.j === 'order' && since > 2 && since < 3 && op.n % 25 === 0 ? { o: 'ind' } : {}));
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'steady.undecided' });
});

test('half the answers of closed writers is worse, however well the probers fare', () => {
  expect(judged((op) => (op.j === 'bulk' && op.n % 2 === 0 ? { o: 'ind' } : {}))).toMatchObject({
    outcome: 'fail',
    reason: 'steady.worse',
  });
});

test('drifting away is not steady, though the means are within their margin', () => {
  const planted = plant(calm);
  const lines = planted.lines.map((line) => {
    const event = JSON.parse(line) as Line;
    const since = (event.s - planted.truth.effect) / 1e9;
    return event.k === 'op' && event.j === 'order' && since > 4.5 && event.n % 12 === 0 ? JSON.stringify({ ...event, o: 'ind' }) : line;
  });
  const verdict = judgeSteady(recorded({ ...planted, lines }), { ...steady, good_within: 0.06 });
  expect(verdict.outcome, verdict.because).toBe('inconclusive');
  expect(verdict.because).toContain('drifting');
});
