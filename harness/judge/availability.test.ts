import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Planting, plant, RTO, recorded } from '../../fixtures/recordings/plant.ts';
import { availabilityFloor, availabilitySpan, judgeAvailability, measureAvailability } from './availability.ts';
import { judgeRto } from './rto.ts';

const promise = (at_least: number, of = ['order']) => ({ name: 'good', kind: 'availability' as const, of, at_least });
const small = { tau_ms: 10, deadline_ms: 50, baseline_s: 1.2, writers: 0, window_s: 2 } as const;
const judged = (change: Partial<Planting>, at_least: number) =>
  judgeAvailability(recorded(plant({ ...small, ...change })), promise(at_least));

test('good enough passes, too little fails', () => {
  expect(judged({ outages: [] }, 0.99)).toMatchObject({
    outcome: 'pass',
    reason: 'held',
    measured: { lower: 1, upper: 1, worst_1s: 1, worst_10s: null },
  });
  expect(judged({}, 0.99)).toMatchObject({ outcome: 'fail', reason: 'availability.under', measured: { worst_1s: expect.closeTo(0.5, 1) } });
  expect(judged({}, 0.7)).toMatchObject({ outcome: 'pass' });
});

test('the share that was planted is the share that is measured', () => {
  const { measured } = judged({ outages: [{ kind: 'refuse', from_s: 0, to_s: 0.55 }] }, 0.5);
  // 0.55 s of 2.2 s.
  expect(measured).toMatchObject({ lower: expect.closeTo(0.75, 2) });
});

test('random errors lie within what chance allows, and are no outage of the share', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(0.01, 0.02, 0.05), (seed, errors) => {
      const { measured } = judged({ seed, errors, outages: [] }, 0.5);
      if (measured?.kind !== 'availability') throw new Error('nothing was measured');
      const spread = 5 * Math.sqrt((errors * (1 - errors)) / measured.scheduled);
      expect(Math.abs(1 - errors - measured.lower)).toBeLessThan(spread + 2 / measured.scheduled);
    }),
    { numRuns: 40 },
  );
});

test('a promise between the bounds, because the harness stood still, is undecided', () => {
  const verdict = judged({ outages: [], stalls: [{ from_s: 0.5, to_s: 1, sends: 'never' }] }, 0.9);
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.harness_stalled', measured: { upper: 1 } });
});

test('too few operations cannot show a large share', () => {
  expect(availabilityFloor(0.999)).toBe(3000);
  expect(availabilityFloor(0.99)).toBe(300);
  expect(judged({ outages: [] }, 0.999)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
  expect(judged({}, 0.999)).toMatchObject({ outcome: 'fail' });
});

test('nothing seen passes nothing', () => {
  expect(judgeAvailability(recorded(plant(small)), promise(0.5, ['order', 'bulk']))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.no_operations',
  });
  expect(judged({ dies: null }, 0.5)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.fault_unconfirmed' });
  const full = plant(small);
  const lines = full.lines.filter(
    (line) => !line.startsWith('{"k":"op"') || (JSON.parse(line) as { s: number }).s < full.truth.effect + 1e9,
  );
  expect(judgeAvailability(recorded({ ...full, lines }), promise(0.5))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.window_cut',
  });
});

test('the error budget is spent by fault: from the moment at which one took effect to the next one’s', () => {
  const outages = [
    { kind: 'refuse', from_s: 0, to_s: 0.3 },
    { kind: 'refuse', from_s: 1.3, to_s: 1.4 },
  ] as const;
  const planted = plant({ ...small, outages });
  const one = judgeAvailability(recorded(planted), promise(0.5)).measured;
  if (one?.kind !== 'availability') throw new Error('nothing was measured');
  expect(one.budget_spent).toBeCloseTo((1 - one.lower) / 0.5, 5);
  expect(one.spent_by).toEqual([{ fault: 'kill-primary', spent: one.budget_spent }]);
  // A second fault hits pg-2 with the second outage.
  const later = (ns: unknown) => (ns as number) + 1.3e9;
  const more: string[] = [];
  const second = planted.lines.flatMap((line) => {
    const event = JSON.parse(line) as Record<string, unknown>;
    if (event.k === 'fault' && ['asked', 'command', 'commanded', 'confirmed'].includes(String(event.state)))
      more.push(JSON.stringify({ ...event, fault: 'kill-other', targets: ['pg-2'], at: later(event.at) }));
    if (event.k === 'watch' && event.to === 'dead')
      more.push(JSON.stringify({ ...event, service: 'pg-2', at: later(event.at), lo: later(event.lo), hi: later(event.hi) }));
    return event.k === 'fault' && event.state === 'healing' ? [...more, line] : [line];
  });
  const [kill] = planted.plan.faults;
  if (kill === undefined) throw new Error('no fault was planted');
  const faults = [kill, { ...kill, name: 'kill-other', target: 'pg-2' }];
  const two = judgeAvailability(recorded({ ...planted, plan: { ...planted.plan, faults }, lines: second }), promise(0.5)).measured;
  if (two?.kind !== 'availability') throw new Error('nothing was measured');
  const [a, b] = two.spent_by;
  expect([a?.fault, b?.fault]).toEqual(['kill-primary', 'kill-other']);
  expect((a?.spent ?? 0) + (b?.spent ?? 0)).toBeCloseTo(two.budget_spent ?? 0, 4);
  expect((a?.spent ?? 0) / (b?.spent ?? 1)).toBeCloseTo(3, 0);
  expect(judged({}, 1).measured).toMatchObject({ budget_spent: null, spent_by: [] });
});

test('closed writers do not count, and what is unknown is in no worst second', () => {
  const recording = recorded(plant({ ...small, writers: 8, outages: [], stalls: [{ from_s: 0.5, to_s: 0.8, sends: 'never' }] }));
  const span = availabilitySpan(recording) ?? [0, 0];
  const measured = measureAvailability(recording, ['order', 'bulk'], span);
  expect(measured).toEqual(measureAvailability(recording, ['order'], span));
  expect(measured.unknown).toBeGreaterThan(20);
  expect(measured.worst_1s).toBe(1);
});

describe('good but stale', () => {
  const fresh = { within: 1, age: '/age_s' };
  /** Answers due between 0.6 and 1.2 s after the fault are older than they may be. */
  function stale(change: (op: Record<string, unknown>) => object, how: Partial<Planting> = { outages: [] }) {
    const planted = plant({ ...small, ...how });
    const lines = planted.lines.map((line) => {
      const op = JSON.parse(line) as Record<string, unknown> & { s: number };
      const since = (op.s - planted.truth.effect) / 1e9;
      return op['k'] === 'op' && since >= 0.6 && since < 1.2 ? JSON.stringify({ ...op, ...change(op) }) : line;
    });
    const journeys = planted.plan.journeys.map((journey) => ({ ...journey, fresh }));
    return recorded({ ...planted, plan: { ...planted.plan, journeys }, lines });
  }

  test('it is good, and counted apart; for a failover it is an outage', () => {
    const recording = stale(() => ({ e: 'stale' }));
    const verdict = judgeAvailability(recording, promise(0.99));
    expect(verdict).toMatchObject({ outcome: 'pass', measured: { lower: 1, upper: 1, stale: 120, worst_1s: 1 } });
    expect(verdict.because).toContain('120 of these stale');
    const rto = { ...(RTO as Extract<typeof RTO, { kind: 'rto' }>), within_s: 0.5 };
    const timed = judgeRto(recording, rto);
    expect(timed).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
    expect(timed.measured).toMatchObject({ lower_s: expect.closeTo(1.18, 1), upper_s: expect.closeTo(1.21, 1) });
    expect(
      judgeRto(
        stale(() => ({})),
        rto,
      ),
    ).toMatchObject({ outcome: 'pass' });
  });

  test('stale and late, stale and failed, stale and wrong: not good', () => {
    for (const change of [{ c: 90e6 }, { o: 'ind' }, { b: 1 }]) {
      const verdict = judgeAvailability(
        stale(() => ({ e: 'stale', ...change })),
        promise(0.99),
      );
      expect(verdict, JSON.stringify(change)).toMatchObject({ outcome: 'fail', measured: { stale: 0 } });
    }
  });

  test('none was stale: none is told; nobody said how fresh: nothing is', () => {
    const none = judgeAvailability(
      stale(() => ({})),
      promise(0.99),
    );
    expect(none).toMatchObject({ outcome: 'pass', measured: { stale: 0 } });
    expect(none.because).not.toContain('stale');
    expect(judged({ outages: [] }, 0.99).measured).not.toHaveProperty('stale');
    expect(judgeAvailability(recorded(plant(small)), promise(0.5, ['ghost']))).toMatchObject({ outcome: 'inconclusive' });
  });
});
