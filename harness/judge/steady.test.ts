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

test('a few fail, fewer than are forgiven, but too few were seen to be sure: neither held nor worse, whatever the seen ratio says', () => {
  const verdict = judged((op, since) =>
    // In the beginning only, so that nothing gets worse from window to window.
    op.j === 'order' && since < 3 && op.n % 60 === 7 ? ({ o: 'ind', e: 'http_500' } as Partial<Line>) : {},
  );
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'steady.undecided' });
  const { measured } = verdict;
  if (measured?.kind !== 'steady' || measured.good_change === null) throw new Error('nothing was measured');
  expect(measured.good_change.seen).toBeGreaterThanOrEqual(-0.01);
  expect(measured.good_change.seen).toBeLessThan(0);
  expect(measured.good_change.at_least).toBeLessThan(-0.01);
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

describe('drifting away is not recovered', () => {
  /** Grows from nothing at 1 s after the fault to all of it at 6 s. */
  const grown = (since: number) => Math.max(0, (since - 1) / 5);
  const wide = { ...steady, good_within: 0.08, goodput: 0.72, latency: 1.4 };
  function drifting(change: (op: Line, share: number) => Partial<Line>, seed = 1, objective = wide) {
    const planted = plant({ ...calm, seed });
    const lines = planted.lines.map((line) => {
      const event = JSON.parse(line) as Line;
      const since = (event.s - planted.truth.effect) / 1e9;
      return event.k === 'op' && since > 0.55 ? JSON.stringify({ ...event, ...change(event, grown(since)) }) : line;
    });
    return judgeSteady(recorded({ ...planted, lines }), objective);
  }
  const every = (n: number, share: number, most: number) => (n * 0.618_034) % 1 < share * most;

  test.each([
    // By the end 14 % fail: about 7 % in the mean, within the margin.
    [
      'the ratio of good ones',
      'good drifting',
      (op: Line, share: number) => (op.j === 'order' && every(op.n, share, 0.14) ? { o: 'ind' } : {}),
    ],
    // By the end half as slow again: a quarter in the mean, within the margin.
    ['latency', 'p95 drifting', (op: Line, share: number) => (op.j === 'order' ? { c: Math.round(op.c * (1 + 0.6 * share)) } : {})],
    // By the end a third of the answers is missing: a seventh in the mean, within the margin.
    [
      'answers of closed writers',
      'answers drifting',
      (op: Line, share: number) => (op.j === 'bulk' && every(op.n, share, 0.36) ? { o: 'ind' } : {}),
    ],
  ] as const)('%s', (_, words, change) => {
    for (const seed of [1, 2, 3]) {
      const verdict = drifting(change, seed);
      expect(verdict.outcome, verdict.because).not.toBe('pass');
      expect(verdict.because).toContain(words);
    }
  });

  test('what stays as it is, drifts within its bounds, and says so', () => {
    for (const seed of [1, 2, 3]) {
      const verdict = drifting(() => ({}), seed);
      expect(verdict, verdict.because).toMatchObject({ outcome: 'pass' });
      expect(verdict.measured).toMatchObject({ drifts: { latency_p95: { seen: expect.any(Number), at_most: expect.any(Number) } } });
    }
  });

  test('a line that does not fall, through windows that go up and down: not shown', () => {
    const planted = plant(calm);
    const lines = planted.lines.map((line) => {
      const event = JSON.parse(line) as Line;
      const since = (event.s - planted.truth.effect) / 1e9;
      const up = Math.floor(since - 0.52) % 2 === 0;
      return event.k === 'op' && since > 0.55 ? JSON.stringify({ ...event, c: Math.round(event.c * (up ? 1.15 : 0.85)) }) : line;
    });
    const verdict = judgeSteady(recorded({ ...planted, lines }), { ...wide, latency: 1.2 });
    expect(verdict, verdict.because).toMatchObject({ outcome: 'inconclusive', reason: 'steady.undecided' });
    const { measured } = verdict;
    if (measured?.kind !== 'steady') throw new Error('nothing was measured');
    expect(measured.drifts?.latency_p95?.seen).toBeLessThan(0.2);
    expect(measured.latency_p95?.at_most).toBeLessThan(1.2);
  });

  test('nor of the answers of closed writers, a seventh of which was missing before, too', () => {
    const planted = plant(calm);
    const lines = planted.lines.map((line) => {
      const event = JSON.parse(line) as Line;
      const since = (event.s - planted.truth.effect) / 1e9;
      const share = since < 0 ? 0.15 : Math.floor(since - 0.52) % 2 === 0 ? 0.3 : 0;
      return event.k === 'op' && event.j === 'bulk' && every(event.n, 1, share) ? JSON.stringify({ ...event, o: 'ind' }) : line;
    });
    const verdict = judgeSteady(recorded({ ...planted, lines }), { ...wide, goodput: 0.7 });
    expect(verdict, verdict.because).toMatchObject({ outcome: 'inconclusive', reason: 'steady.undecided' });
    const { measured } = verdict;
    if (measured?.kind !== 'steady') throw new Error('nothing was measured');
    expect(measured.drifts?.goodput?.seen, verdict.because).toBeGreaterThan(-0.3);
    expect(measured.goodput?.at_least, verdict.because).toBeGreaterThan(0.7);
  });

  test('getting better is no drift that matters', () => {
    expect(drifting((op, share) => ({ c: Math.round(op.c * (1.2 - 0.5 * share)) })).outcome).toBe('pass');
  });

  test('a drift beyond its margin for sure is worse', () => {
    const worse = drifting((op, share) => (op.j === 'order' ? { c: Math.round(op.c * (1 + share)) } : {}), 1, { ...wide, latency: 1.6 });
    expect(worse, worse.because).toMatchObject({ outcome: 'fail', reason: 'steady.worse' });
  });
});
