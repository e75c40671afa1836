import { expect, test } from 'vitest';
import { type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import type { Objective } from '../model/objective.ts';
import { gaugePromise, judgeGauge } from './gauge.ts';

const gauge: Extract<Objective, { kind: 'gauge' }> = {
  name: 'places',
  kind: 'gauge',
  of: [],
  figure: { at: 'api', path: '/status', number: '/open' },
  at_most: 100,
  at_least: null,
  after_s: 0,
};
const calm: Partial<Planting> = { baseline_s: 4, window_s: 6, outages: [] };

/** A planted run in which the figure is told ten times a second, `since_s` after the effect; what is undefined was never asked, null was not answered. */
function judged(value: (since_s: number) => number | null | undefined, promise: Partial<typeof gauge> = {}, how: Partial<Planting> = {}) {
  const planted = plant({ ...calm, ...how });
  const { effect } = planted.truth;
  const asked = Array.from({ length: 200 }, (_, i) => effect - 4e9 + i * 1e8).flatMap((sent) => {
    const told = value(Math.round((sent - effect) / 1e8) / 10);
    if (told === undefined) return [];
    const at = sent + 2e6;
    return [JSON.stringify({ k: 'gauge', at, sent, name: 'places', value: told, ...(told === null ? { how: 'ECONNREFUSED' } : {}) })];
  });
  const lines = [
    ...planted.lines.slice(0, -1),
    ...asked,
    JSON.stringify({ k: 'end', at: 1e12, records: planted.lines.length + asked.length }),
  ];
  return judgeGauge(recorded({ ...planted, lines }), { ...gauge, ...promise });
}

test('within its limit all the time: held, with the range, and what it was before', () => {
  expect(judged((since) => (since < 0.1 ? 3 : 40 + Math.min(50, Math.floor(since) * 10)))).toMatchObject({
    outcome: 'pass',
    reason: 'held',
    objective: 'at most 100',
    measured: { least: 40, most: 90, last: 90, before: [3, 3], unanswered: 0 },
  });
  expect(judged(() => 100)).toMatchObject({ outcome: 'pass' });
});

test('one figure beyond the limit breaks the promise, and its line is the evidence', () => {
  const verdict = judged((since) => (since === 3 ? 101 : 40));
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'gauge.beyond', measured: { most: 101 } });
  expect(verdict.evidence[0]).toMatch(/^line \d+$/);
  expect(judged(() => 7, { at_most: null, at_least: 8 })).toMatchObject({ outcome: 'fail', objective: 'at least 8' });
  expect(judged(() => 8, { at_most: null, at_least: 8 })).toMatchObject({ outcome: 'pass' });
});

test('what was before the effect, in the time allowed after it, after the heal, or of another figure, is not asked', () => {
  expect(judged((since) => (since < 0 ? 500 : 40))).toMatchObject({ outcome: 'pass', measured: { before: [500, 500] } });
  expect(judged((since) => (since < 2 ? 500 : 40), { after_s: 2 })).toMatchObject({ outcome: 'pass' });
  expect(judged((since) => (since < 2 ? 500 : 40), { after_s: 1.5 })).toMatchObject({ outcome: 'fail' });
  expect(judged((since) => (since > 4.5 ? 500 : 40), {}, { heal_s: 4 })).toMatchObject({ outcome: 'pass' });
  expect(judged(() => 500, { name: 'others' })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
});

test('a figure that nobody told holds no promise', () => {
  expect(judged(() => undefined)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor', measured: null });
  const silent = judged(() => null);
  expect(silent).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor', measured: null });
  expect(silent.because).toContain('ECONNREFUSED');
  expect(judged((since) => (since > 1 && since < 3.5 ? null : 40))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.window_cut',
  });
  expect(judged((since) => (since > 1 && since < 2.5 ? null : 40))).toMatchObject({ outcome: 'pass', measured: { unanswered: 14 } });
  expect(judged((since) => (since > 3.5 ? undefined : 40))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
  expect(judged((since) => (since > 0 && since < 2.5 ? undefined : 40))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.window_cut',
  });
});

test('too few figures are no evidence, but one beyond the limit is', () => {
  const everyHalf = (value: number) => (since: number) => (Math.round(since * 10) % 5 === 0 ? value : undefined);
  expect(judged(everyHalf(40))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
  expect(judged(everyHalf(101))).toMatchObject({ outcome: 'fail', reason: 'gauge.beyond' });
});

test.each([
  [{ dies: null }, 'evidence.fault_unconfirmed'],
  [{ fault: 'none' }, 'evidence.no_fault'],
] as const)('no fault took effect, so nothing was tried: %j', (how, reason) => {
  expect(judged(() => 40, {}, how)).toMatchObject({ outcome: 'inconclusive', reason });
});

test('a promise in words', () => {
  expect(gaugePromise(gauge)).toBe('at most 100');
  expect(gaugePromise({ ...gauge, at_most: null, at_least: 3, after_s: 20 })).toBe('at least 3, from 20 s after the effect on');
});

test('one fault healed before another took effect: no time in which both were on, so that nothing is known of it', () => {
  const planted = plant({ ...calm, heal_s: 2 });
  const { effect } = planted.truth;
  const again = planted.plan.faults.map((fault) => ({ ...fault, name: 'again', target: 'pg-2' }));
  const deed = (state: string, since_s: number) => ({
    k: 'fault',
    at: Math.round(effect + since_s * 1e9),
    fault: 'again',
    state,
    targets: ['pg-2'],
    detail: state,
  });
  const dies = {
    k: 'watch',
    at: Math.round(effect + 3.2e9),
    service: 'pg-2',
    from: 'alive',
    to: 'dead',
    lo: Math.round(effect + 3.1e9),
    hi: Math.round(effect + 3.15e9),
    how: 'refused',
  };
  const more = [deed('asked', 3), deed('command', 3.05), dies, deed('confirmed', 3.3)];
  const figures = Array.from({ length: 120 }, (_, i) => ({
    k: 'gauge',
    sent: Math.round(effect + i * 1e8),
    at: Math.round(effect + i * 1e8 + 2e6),
    name: 'places',
    value: 40,
  }));
  const all = [...planted.lines.slice(0, -1), ...[...more, ...figures].map((line) => JSON.stringify(line))];
  let last = 0;
  // Rows that were found have no time of their own: they stand where they stood.
  const timed = all.map((line) => {
    const event = JSON.parse(line) as { k: string; at?: number; s: number; c: number };
    last = event.k === 'op' ? event.s + Math.max(0, event.c) : (event.at ?? last);
    return { line, when: last };
  });
  const sorted = timed.sort((a, b) => a.when - b.when).map(({ line }) => line);
  const lines = [...sorted, JSON.stringify({ k: 'end', at: 1e12, records: all.length + 1 })];
  const recording = recorded({ ...planted, lines, plan: { ...planted.plan, faults: [...planted.plan.faults, ...again] } });
  expect(recording.defects).toEqual([]);
  expect(judgeGauge(recording, gauge)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
});

test('an answer that took long tells nothing of the time that it took', () => {
  const slow = (ms: number) => {
    const planted = plant(calm);
    const { effect } = planted.truth;
    const figures = Array.from({ length: 60 }, (_, i) => i).flatMap((i) => {
      const sent = Math.round(effect + i * 1e8);
      // One answer in the middle takes long, and nothing is asked meanwhile.
      if (i > 20 && i * 100 < 2000 + ms) return [];
      return [{ k: 'gauge', sent, at: i === 20 ? sent + ms * 1e6 : sent + 2e6, name: 'places', value: 40 }];
    });
    const lines = [...planted.lines.slice(0, -1), ...figures.map((line) => JSON.stringify(line))];
    lines.push(JSON.stringify({ k: 'end', at: 1e12, records: lines.length + 1 }));
    return judgeGauge(recorded({ ...planted, lines }), gauge);
  };
  expect(slow(900)).toMatchObject({ outcome: 'pass' });
  expect(slow(2500)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
  // Two answers that each took 1.2 s: what it was between the first question and the second answer nobody knows.
  const planted = plant(calm);
  const { effect } = planted.truth;
  const asked = (from_s: number, took_s: number) => ({
    k: 'gauge',
    sent: Math.round(effect + from_s * 1e9),
    at: Math.round(effect + (from_s + took_s) * 1e9),
    name: 'places',
    value: 40,
  });
  const quick = (from_s: number, to_s: number) =>
    Array.from({ length: Math.round((to_s - from_s) * 10) }, (_, i) => asked(from_s + i / 10, 0.002));
  const figures = [...quick(0, 2), asked(2, 1.2), asked(3.3, 1.2), ...quick(4.6, 6.4)];
  const lines = [...planted.lines.slice(0, -1), ...figures.map((line) => JSON.stringify(line))];
  lines.push(JSON.stringify({ k: 'end', at: 1e12, records: lines.length + 1 }));
  expect(judgeGauge(recorded({ ...planted, lines }), gauge)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.window_cut' });
});
