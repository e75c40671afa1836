import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Planting, plant, RTO, recorded } from '../../fixtures/recordings/plant.ts';
import { judgeStream } from '../record/folds/episodes.ts';
import { streamsIn } from '../record/folds/streams.ts';
import { judgeRto } from './rto.ts';

const rto = (within_s: number, recovers: 'unaided' | 'after_heal' = 'unaided') => ({
  ...(RTO as Extract<typeof RTO, { kind: 'rto' }>),
  within_s,
  recovers,
});
const judged = (change: Partial<Planting>, objective = rto(1)) => {
  const verdict = judgeRto(recorded(plant(change)), objective);
  return { ...verdict, measured: verdict.measured?.kind === 'rto' ? verdict.measured : null };
};
const small = { tau_ms: 10, deadline_ms: 50, baseline_s: 1.2, hold_s: 0.3, writers: 0 } as const;

test('an outage shorter than the objective passes, with bounds around it', () => {
  const verdict = judged({});
  expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held' });
  expect(verdict.measured?.lower_s).toBeLessThanOrEqual(0.5);
  expect(verdict.measured?.upper_s).toBeGreaterThanOrEqual(0.5);
});

test('an outage longer than the objective fails', () => {
  expect(judged({ outages: [{ kind: 'refuse', from_s: 0, to_s: 1.2 }] })).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
});

test('an objective between the bounds is undecided', () => {
  const found = judged({}).measured;
  const between = ((found?.lower_s ?? 0) + (found?.upper_s ?? 0)) / 2;
  expect(judged({}, rto(between))).toMatchObject({ outcome: 'inconclusive', reason: 'rto.undecided' });
});

test('of a stall the gap between successes is judged, not what was late by schedule', () => {
  const paused = (within_s: number) => judged({ outages: [{ kind: 'pause', from_s: 0, to_s: 0.6 }] }, rto(within_s));
  // Late by schedule for half a second: a promise of 0.55 s was not kept by that.
  expect(paused(0.55).outcome).not.toBe('pass');
  expect(paused(0.65).outcome).toBe('pass');
  expect(paused(0.4)).toMatchObject({ outcome: 'fail' });
});

test('never recovered is censored and fails', () => {
  const verdict = judged({ outages: [{ kind: 'hang', from_s: 0, to_s: 60 }] });
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'rto.over', measured: { censored: true, upper_s: null } });
});

test('no outage at all: from nothing to the first good answer', () => {
  const verdict = judged({ outages: [] });
  expect(verdict).toMatchObject({ outcome: 'pass', measured: { lower_s: 0 } });
  expect(verdict.measured?.upper_s).toBeLessThan(0.05);
});

test('a system that dies late, after it had held, does not pass by dying late', () => {
  const outages = [
    { kind: 'refuse', from_s: 0, to_s: 0.2 },
    { kind: 'refuse', from_s: 1.5, to_s: 1.7 },
  ] as const;
  expect(judged({ outages, hold_s: 1, window_s: 2 })).toMatchObject({ outcome: 'fail', reason: 'rto.late_death' });
});

test('a recovery that only the heal brought fails where unaided was promised, and passes where it was not', () => {
  const change = { outages: [{ kind: 'refuse', from_s: 0, to_s: 0.8 }], heal_s: 0.6 } as const;
  expect(judged(change)).toMatchObject({ outcome: 'fail', reason: 'rto.only_by_heal' });
  expect(judged(change, rto(1, 'after_heal'))).toMatchObject({ outcome: 'pass', reason: 'held' });
});

test('a heal between the bounds of the recovery leaves it undecided', () => {
  expect(judged({ outages: [{ kind: 'refuse', from_s: 0, to_s: 0.6 }], heal_s: 0.6 })).toMatchObject({
    outcome: 'inconclusive',
    reason: 'rto.undecided',
  });
});

test('answers that stay worse than the baseline are no recovery', () => {
  const calm = plant({ window_s: 3 });
  const lines = calm.lines.map((line) => {
    const event = JSON.parse(line) as { k: string; j?: string; n: number; s: number; o?: string };
    const sick = event.k === 'op' && event.j === 'order' && event.s > calm.truth.effect && event.n % 9 === 0;
    return sick ? JSON.stringify({ ...event, o: 'ind', e: 'http_500' }) : line;
  });
  expect(judgeRto(recorded({ ...calm, lines }), rto(1))).toMatchObject({
    outcome: 'fail',
    reason: 'rto.over',
    measured: { censored: true },
  });
});

test('a window that was cut short is no evidence', () => {
  const full = plant();
  const end = full.truth.effect + 1.5e9;
  const lines = full.lines.filter((line) => !line.startsWith('{"k":"op"') || (JSON.parse(line) as { s: number }).s < end);
  expect(judgeRto(recorded({ ...full, lines }), rto(1))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
});

test('a hole in the schedule is no evidence either', () => {
  const full = plant();
  const [from, to] = [full.truth.effect + 0.9e9, full.truth.effect + 1e9];
  const inside = (s: number) => s > from && s < to;
  const lines = full.lines.filter((line) => !line.startsWith('{"k":"op"') || !inside((JSON.parse(line) as { s: number }).s));
  expect(judgeRto(recorded({ ...full, lines }), rto(1))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.window_cut',
    because: expect.stringMatching(/nothing was due between/),
  });
});

test('nothing seen passes nothing: no operations, no fault', () => {
  const full = plant();
  const lines = full.lines.filter((line) => !line.startsWith('{"k":"op"'));
  expect(judgeRto(recorded({ ...full, lines }), rto(1))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_operations' });
  expect(judged({ fault: 'none', outages: [] })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_fault' });
  expect(judged({ dies: null })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.fault_unconfirmed' });
});

test.each(['late', 'never'] as const)(
  'the harness stood still for 500 ms, objective 300 ms (%s): no outage is claimed, and the readings differ',
  (sends) => {
    const change = { tau_ms: 6, deadline_ms: 30, outages: [], stalls: [{ from_s: 0.4, to_s: 0.9, sends }], window_s: 1.3 } as const;
    expect(judged(change, rto(0.3))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.harness_stalled' });
    const recording = recorded(plant(change));
    for (const stream of streamsIn(recording, ['order'])) expect(judgeStream(recording, stream, 'unknown_as_good').episodes).toEqual([]);
  },
);

test('what waits behind the burst of a harness that stood still is no outage of the system', () => {
  const planted = plant({ tau_ms: 6, deadline_ms: 30, outages: [], stalls: [{ from_s: 0.4, to_s: 0.9, sends: 'late' }], window_s: 1.3 });
  const ended = planted.truth.effect + 0.9e9;
  // All that was held back is answered within 0.1 s, one after the other, and what was due meanwhile waits behind it.
  const burst = (answered: 'ok' | 'ind') => ({
    ...planted,
    lines: planted.lines.map((line) => {
      const op = JSON.parse(line) as { k: string; j: string; s: number; x: number; c: number };
      const held = op.k === 'op' && op.j === 'order' && op.s < ended && op.s + op.x >= ended;
      const behind = op.k === 'op' && op.j === 'order' && op.s >= ended && op.s < ended + 0.09e9;
      if (held) return JSON.stringify({ ...op, c: ended + 0.1e9 - op.s, ...(answered === 'ok' ? {} : { o: 'ind', e: 'timeout' }) });
      return behind ? JSON.stringify({ ...op, c: ended + 0.11e9 - op.s }) : line;
    }),
  });
  const episodes = (answered: 'ok' | 'ind') =>
    streamsIn(recorded(burst(answered)), ['order']).map(
      (stream) => judgeStream(recorded(burst(answered)), stream, 'unknown_as_good').episodes.length,
    );
  expect(episodes('ok')).toEqual([0, 0]);
  expect(judgeRto(recorded(burst('ok')), rto(0.3))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.harness_stalled' });
  // Where nothing of it was answered, nobody waited behind it: then the service is late by itself.
  expect(episodes('ind')).toEqual([1, 1]);
});

test('the harness stood still for 500 ms and nothing depends on it: the verdict stays, good answers stay good', () => {
  expect(judged({ stalls: [{ from_s: 0.9, to_s: 0.95, sends: 'late' }], outages: [] })).toMatchObject({ outcome: 'pass' });
  expect(
    judged({ stalls: [{ from_s: 0.3, to_s: 0.8, sends: 'never' }], outages: [{ kind: 'refuse', from_s: 0, to_s: 60 }] }),
  ).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
});

const planting = (kinds: readonly ('refuse' | 'hang' | 'pause')[]) =>
  fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    kind: fc.constantFrom(...kinds),
    length: fc.double({ min: 0.06, max: 0.9, noNaN: true }),
    slow: fc.double({ min: 1.5, max: 15, noNaN: true }),
  });

test('brackets contain the planted truth, for outages that refuse and that hang', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(planting(['refuse', 'hang']), ({ seed, kind, length, slow }) => {
      const planted = plant({ ...small, seed, latency_ms: [1, slow], outages: [{ kind, from_s: 0, to_s: length }], window_s: 1.5 });
      const recording = recorded(planted);
      const { measured } = judgeRto(recording, rto(1));
      const truth = (planted.truth.back - planted.truth.effect) / 1e9;
      if (measured?.kind !== 'rto') throw new Error('nothing was measured');
      expect(measured.lower_s).toBeLessThanOrEqual(truth);
      expect(measured.upper_s).toBeGreaterThanOrEqual(truth);
      expect((measured.upper_s ?? 9) - measured.lower_s).toBeLessThan(0.12);
      for (const stream of streamsIn(recording, ['order'])) {
        const { episodes, downtime } = judgeStream(recording, stream, 'unknown_as_good');
        expect(episodes).toHaveLength(1);
        expect((episodes[0]?.lower ?? 9e9) / 1e9).toBeLessThanOrEqual(truth);
        expect((episodes[0]?.upper ?? 0) / 1e9).toBeGreaterThanOrEqual(truth);
        // A hang also takes what was under way when it began.
        expect(Math.abs(downtime / 1e9 - truth)).toBeLessThan(0.01 + (2 * slow) / 1000);
      }
    }),
    { numRuns: 200 },
  );
});

test('a pause is seen as the gap between successes, whatever the deadline hides of it', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(planting(['pause']), ({ seed, kind, length, slow }) => {
      const planted = plant({ ...small, seed, latency_ms: [1, slow], outages: [{ kind, from_s: 0, to_s: length + 0.06 }], window_s: 1.5 });
      const { measured } = judgeRto(recorded(planted), rto(1));
      const truth = (planted.truth.back - planted.truth.effect) / 1e9;
      if (measured?.kind !== 'rto') throw new Error('nothing was measured');
      expect(measured.lower_s).toBeLessThanOrEqual(truth);
      expect(measured.upper_s).toBeGreaterThanOrEqual(truth);
    }),
    { numRuns: 60 },
  );
});

describe('what others broke, where the plan has no fault', () => {
  const others = (outages: Planting['outages'], within = 1) => judged({ fault: 'none', outages, window_s: 3.5, hold_s: 0.5 }, rto(within));
  const refuse = (from_s: number, to_s: number) => ({ kind: 'refuse', from_s, to_s }) as const;

  test('one outage is what it took to recover', () => {
    const verdict = others([refuse(0.3, 0.9)]);
    expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held', measured: { censored: false } });
    if (verdict.measured?.kind !== 'rto') throw new Error('nothing was measured');
    expect(verdict.measured.lower_s).toBeLessThanOrEqual(0.6);
    expect(verdict.measured.upper_s).toBeGreaterThanOrEqual(0.6);
    expect(others([refuse(0.3, 0.9)], 0.4)).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
    expect(others([refuse(0.3, 0.9)], 0.6)).toMatchObject({ outcome: 'inconclusive', reason: 'rto.undecided' });
  });

  test('of several the longest counts, not all together', () => {
    expect(others([refuse(0.1, 0.3), refuse(1.6, 2.3)])).toMatchObject({
      outcome: 'pass',
      because: expect.stringMatching(/the longest of 2 outages took 0\.(6|7)/),
    });
  });

  test('one that was on at the end, or had just ended, is undecided; a long one fails all the same', () => {
    expect(others([refuse(3, 9)])).toMatchObject({ outcome: 'inconclusive', reason: 'rto.undecided' });
    expect(others([refuse(2, 3)], 2)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
    expect(others([refuse(1, 9)])).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
  });
});

describe('errors after the last outage', () => {
  /** A planted run in which some operations of the probers fail after the outage. */
  const failing = (bad: (n: number, since_s: number) => boolean) => {
    const planted = plant({ ...small, window_s: 4 });
    const lines = planted.lines.map((line) => {
      const event = JSON.parse(line) as { k: string; j: string; n: number; s: number };
      const since = (event.s - planted.truth.effect) / 1e9;
      return event.k === 'op' && event.j === 'order' && since > 0.55 && bad(event.n, since)
        ? JSON.stringify({ ...event, o: 'ind', e: 'http_500' })
        : line;
    });
    const verdict = judgeRto(recorded({ ...planted, lines }), rto(1.5));
    return { ...verdict, measured: verdict.measured?.kind === 'rto' ? verdict.measured : null };
  };

  test('that cease by and by: lasting good service begins when they have', () => {
    const verdict = failing((n, since) => since < 1 && n % 3 === 0);
    expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held' });
    // When what is left is no more than the baseline's own bound.
    expect(verdict.measured?.upper_s).toBeGreaterThan(0.7);
    expect(verdict.measured?.upper_s).toBeLessThan(1.2);
  });

  test('that pause for a moment at the end have not ceased', () => {
    expect(failing((n, since) => since < 3.65 && n % 16 === 0)).toMatchObject({
      outcome: 'fail',
      reason: 'rto.over',
      measured: { censored: true },
    });
  });
});

describe('beside what was predicted', () => {
  const predicted = (min_s: number, max_s: number, change: Partial<Planting> = {}) => {
    const planted = plant(change);
    return judgeRto(recorded({ ...planted, plan: { ...planted.plan, predicted: { min_s, max_s, from: 'ttl' } } }), rto(1));
  };
  const finding = (verdict: ReturnType<typeof predicted>) =>
    verdict.measured?.kind === 'rto' ? verdict.measured.finding : 'nothing was measured';

  test('all of it below: not the fault that was named; all of it above: slower; no failure by itself', () => {
    const below = predicted(0.7, 0.9);
    expect(below).toMatchObject({ outcome: 'pass' });
    expect(finding(below)).toMatch(/^not the fault that was named: measured 0\.\d\d–0\.\d\d s, predicted 0\.7 s to 0\.9 s$/);
    const above = predicted(0.1, 0.3);
    expect(above).toMatchObject({ outcome: 'pass' });
    expect(finding(above)).toMatch(/^slower than predicted: measured 0\.\d\d–0\.\d\d s, predicted 0\.1 s to 0\.3 s$/);
    expect(finding(predicted(0.1, 0.3, { outages: [{ kind: 'refuse', from_s: 0, to_s: 60 }] }))).toMatch(
      /^slower than predicted: measured > /,
    );
    expect(finding(predicted(0.1, 0.3, { outages: [] }))).toMatch(/^not the fault/);
  });

  test('within it, or with one end within it: none; nothing predicted, or nothing seen: none', () => {
    const { lower_s = 0, upper_s } = judged({}).measured ?? {};
    const [least, most] = [lower_s + 0.001, (upper_s ?? 0) - 0.001];
    for (const verdict of [predicted(0.3, 0.8), predicted(0.1, least), predicted(most, 0.9)]) expect(finding(verdict)).toBeUndefined();
    expect(finding(predicted(9, 10, { outages: [{ kind: 'refuse', from_s: 0, to_s: 60 }] }))).toBeUndefined();
    expect(judged({}).measured).not.toHaveProperty('finding');
    expect(predicted(0.1, 0.3, { dies: null }).measured).toBeNull();
    const byOthers = predicted(5, 9, { fault: 'none' });
    expect(finding(byOthers)).toBeUndefined();
  });
});
