import { expect, test } from 'vitest';
import { type Planted, type Planting, plant, recorded } from '../../../fixtures/recordings/plant.ts';
import { type Judged, judgeStream } from './episodes.ts';
import { streamsIn } from './streams.ts';

const calm: Partial<Planting> = { outages: [], writers: 0, baseline_s: 4, window_s: 4 };

/** Judges the fresh prober of a calm run in which these of its operations, counted from the fault, went wrong. */
function withBad(
  bad: readonly number[],
  how: Record<string, unknown> = { o: 'ind', e: 'http_500' },
  reading: Parameters<typeof judgeStream>[2] = 'unknown_as_good',
): Judged {
  const planted: Planted = plant(calm);
  const first = planted.lines.map((line) => JSON.parse(line)).filter((e) => e.k === 'op' && e.w === 'f' && e.s > planted.truth.effect);
  const from = Math.min(...first.map((e) => e.n as number));
  const lines = planted.lines.map((line) => {
    const event = JSON.parse(line) as Record<string, unknown>;
    return event.k === 'op' && event.w === 'f' && bad.includes((event.n as number) - from) ? JSON.stringify({ ...event, ...how }) : line;
  });
  const recording = recorded({ ...planted, lines });
  const [stream] = streamsIn(recording, ['order']);
  if (stream === undefined) throw new Error('there is no stream');
  return judgeStream(recording, stream, reading);
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

test('single errors and short runs are errors, no outage', () => {
  expect(withBad([3, 17, 40, 41, 80, 120]).cores).toEqual([]);
  expect(withBad(range(20, 23)).cores).toEqual([]);
  expect(withBad(range(20, 24)).cores).toHaveLength(1);
});

test('a stretch that is half bad is an outage, from its first bad one to its last', () => {
  const { cores, downtime } = withBad([50, 52, 54, 56, 58, 60, 62]);
  expect(cores.map(({ first, last }) => last - first)).toEqual([12]);
  expect(downtime).toBe(7 * 20e6);
});

test('cores within a second are one episode, and its downtime leaves out what was good between', () => {
  const { cores, episodes, downtime } = withBad([...range(10, 20), ...range(50, 60)]);
  expect([cores.length, episodes.length, downtime]).toEqual([2, 1, 20 * 20e6]);
  expect(episodes[0]?.errors).toEqual({ http_500: 20 });
  expect(withBad([...range(10, 20), ...range(75, 85)]).episodes).toHaveLength(2);
});

test('an episode without a good answer after it has no upper end', () => {
  const { episodes } = withBad(range(20, 400));
  expect(episodes).toMatchObject([{ upper: null, ends: [expect.any(Number), null] }]);
});

test('answers with a wrong body, and late ones, are bad', () => {
  expect(withBad(range(10, 20), { b: 1 }).episodes[0]?.errors).toEqual({ 'wrong body': 10 });
  expect(withBad(range(10, 20), { c: 101e6 }).episodes[0]?.errors).toEqual({ late: 10 });
  expect(withBad(range(10, 20), { c: 99e6 }).episodes).toEqual([]);
});

test('operations that were not sent, or sent late, are unknown: an outage under one reading only', () => {
  for (const how of [
    { o: 'ns', x: -1, c: -1 },
    { o: 'ind', e: 'http_500', x: 11e6, c: 12e6 },
  ]) {
    expect(withBad(range(10, 20), how).episodes).toEqual([]);
    expect(withBad(range(10, 20), how, 'unknown_as_bad').episodes).toHaveLength(1);
  }
  expect(withBad(range(10, 20), { x: 90e6, c: 95e6 }, 'unknown_as_bad').episodes).toEqual([]);
});

test('bounds rest on operations known to be good: unknown ones widen them', () => {
  const known = withBad(range(10, 20)).episodes[0];
  const planted = plant({
    ...calm,
    outages: [{ kind: 'refuse', from_s: 0.2, to_s: 0.5 }],
    stalls: [{ from_s: 0.5, to_s: 0.7, sends: 'never' }],
  });
  const recording = recorded(planted);
  const [stream] = streamsIn(recording, ['order']);
  if (stream === undefined || known === undefined) throw new Error('there is nothing to judge');
  const [good] = judgeStream(recording, stream, 'unknown_as_good').episodes;
  const [bad] = judgeStream(recording, stream, 'unknown_as_bad').episodes;
  expect(good?.upper).toBe(bad?.upper);
  expect((good?.upper ?? 0) / 1e9).toBeGreaterThan(0.5);
  expect((good?.lower ?? 0) / 1e9).toBeLessThanOrEqual(0.3);
  expect((bad?.lower ?? 0) / 1e9).toBeGreaterThan(0.4);
});

/** The only outage of each prober of a run with one outage of a kind. */
function outageOf(kind: 'refuse' | 'hang' | 'pause', to_s: number) {
  const recording = recorded(plant({ ...calm, outages: [{ kind, from_s: 0, to_s }] }));
  return streamsIn(recording, ['order']).map((stream) => {
    const [episode, ...others] = judgeStream(recording, stream, 'unknown_as_good').episodes;
    if (episode === undefined || others.length > 0) throw new Error('there is no one outage');
    return episode;
  });
}

test('a stall has two lengths: between two successes, and late by schedule, which is a deadline less', () => {
  const [tau, deadline, latency] = [20e6, 100e6, 6e6];
  for (const { stall, lower, upper } of outageOf('pause', 0.7)) {
    const gap = stall?.gap ?? 0;
    expect(gap).toBeGreaterThanOrEqual(0.7e9 - latency);
    expect(gap).toBeLessThanOrEqual(0.7e9 + tau + 2 * latency);
    const [least, most] = stall?.late ?? [0, 0];
    expect(least).toBeLessThanOrEqual(0.7e9 - deadline);
    expect(most ?? 0).toBeGreaterThanOrEqual(0.7e9 - deadline);
    expect((most ?? 0) - least).toBeLessThanOrEqual(2 * tau + latency);
    // The gap is what is judged.
    expect(lower).toBeLessThanOrEqual(gap);
    expect(upper).toBeGreaterThanOrEqual(gap);
  }
});

test('what is never answered is late for all of its length; what never ends has no gap; what fails at once is no stall', () => {
  for (const { stall } of outageOf('hang', 0.7)) {
    expect(Math.abs((stall?.gap ?? 0) - 0.7e9)).toBeLessThanOrEqual(40e6);
    expect(stall?.late[0]).toBeLessThanOrEqual(0.7e9);
    expect(stall?.late[1]).toBeGreaterThanOrEqual(0.7e9 - 6e6);
  }
  for (const { stall } of outageOf('hang', 90)) expect(stall).toMatchObject({ gap: null, late: [expect.any(Number), null] });
  for (const { stall } of outageOf('refuse', 0.7)) expect(stall).toBeNull();
});
