import { expect, test } from 'vitest';
import { empty, losing, passing, undecided } from '../../fixtures/reports/sample.ts';
import { coarser } from './frame.ts';
import { reportView } from './view.ts';

test('every operation within the picture is in exactly one slice, good, bad or unknown', () => {
  const { input, verdict } = passing();
  const frame = reportView(input, verdict).whole;
  const operations = [...input.streams.values()].flatMap((ops) => [...ops]);
  const sums = (frame?.lanes ?? [])
    .flatMap((lane) => lane.buckets)
    .reduce((sum, b) => ({ good: sum.good + b.good, bad: sum.bad + b.bad, unknown: sum.unknown + b.unknown }), {
      good: 0,
      bad: 0,
      unknown: 0,
    });
  expect(sums.good + sums.bad + sums.unknown).toBe(operations.length);
  const stalled = operations.filter((op) => op.o === 'ns').length;
  expect(sums.unknown).toBeGreaterThanOrEqual(stalled);
  expect(sums.unknown).toBeLessThan(stalled + 60);
  expect(sums.good).toBe(operations.filter((op) => op.o === 'ok').length - (sums.unknown - stalled));
});

test('a coarser frame counts the same', () => {
  const { input, verdict } = losing();
  const frame = reportView(input, verdict).whole;
  if (frame === null) throw new Error('no frame');
  const narrow = coarser(frame, 4);
  const count = (f: typeof frame) => [
    f.lanes.map((l) => l.buckets.reduce((n, b) => n + b.good + b.bad + b.unknown, 0)),
    f.writes?.lost.reduce((a, b) => a + b, 0),
  ];
  expect(count(narrow)).toEqual(count(frame));
  expect(narrow.slices).toBe(frame.slices / 4);
});

test('lost writes stand at the time of their acknowledgement', () => {
  const { input, verdict } = losing();
  const { whole: frame, lost_drawn } = reportView(input, verdict);
  const width = frame === null ? 0 : (frame.to_s - frame.from_s) / frame.slices;
  const at = (frame?.writes?.lost ?? []).flatMap((n, i) => (n > 0 ? [(frame?.from_s ?? 0) + i * width] : []));
  expect(frame?.writes?.lost.reduce((a, b) => a + b, 0)).toBe(lost_drawn);
  expect(Math.min(...at)).toBeGreaterThan(13.61 - width);
  expect(Math.max(...at)).toBeLessThan(14.31);
});

test('recovery lies between the bounds of its end, counted from the bounds of the effect', () => {
  const { input, verdict } = passing();
  const [recovery] = reportView(input, verdict).recoveries;
  expect(recovery?.back_s.map((s) => s?.toFixed(2))).toEqual(['17.73', '17.74']);
  expect(recovery?.deadline_s).toBe(24.29);
});

test('the close-up is drawn where an outage would be small, and not without one', () => {
  const close = (sample: typeof passing) => {
    const { input, verdict } = sample();
    return reportView(input, verdict).close;
  };
  expect(close(passing)?.from_s).toBeCloseTo(13.58, 1);
  expect(close(undecided)).toBeNull();
  expect(close(empty)).toBeNull();
});

test('only changes of who leads become flags', () => {
  const { input, verdict } = passing();
  const twice = [...input.events, ...input.events.filter((e) => e.k === 'cluster').slice(-1)];
  expect(reportView({ ...input, events: twice }, verdict).moments.map((m) => m.text)).toEqual([
    'pg-1 leads, timeline 1',
    'pg-2 leads, timeline 2',
  ]);
});
