import { expect, test } from 'vitest';
import type { EventOf } from '../../model/event.ts';
import { heldBack } from './held-back.ts';

const MS = 1e6;
const sample = (at_ms: number, flushed: number, standbys: Record<string, number>, leader = 'pg-1'): EventOf<'lag'> => ({
  k: 'lag',
  at: at_ms * MS,
  leader,
  flushed,
  standbys,
});
/** A sample every 100 ms from one time to another, of a leader that moves on and of standbys that do not. */
const stand = (from_ms: number, to_ms: number, standbys: Record<string, number>, leader = 'pg-1') =>
  Array.from({ length: (to_ms - from_ms) / 100 + 1 }, (_, i) => sample(from_ms + i * 100, 300 + i * 100, standbys, leader));

test('standbys that stand still while they lack something: the bracket is around the moment', () => {
  const samples = [sample(0, 100, { a: 100, b: 100 }), sample(100, 200, { a: 190, b: 180 }), ...stand(200, 700, { a: 200, b: 200 })];
  expect(heldBack(samples, 150 * MS)).toEqual([150 * MS, 300 * MS]);
  expect(heldBack(samples, 0)).toEqual([100 * MS, 300 * MS]);
});

test('a standby that is busy for less than half a second was not held', () => {
  const samples = [sample(0, 100, { a: 100 }), ...stand(100, 500, { a: 200 })];
  for (const more of [[], [sample(600, 900, { a: 900 }), ...stand(700, 1100, { a: 900 })]])
    expect(heldBack([...samples, ...more], 0)).toBeNull();
  expect(heldBack([...samples, sample(600, 900, { a: 200 })], 0)).toEqual([0, 200 * MS]);
});

test('nobody looked in between: no standstill was seen', () => {
  expect(heldBack([sample(0, 100, { a: 90 }), sample(900, 200, { a: 90 }), sample(1000, 300, { a: 300 })], 0)).toBeNull();
});

test('a leader that waits for its standby stands still too', () => {
  const waits = Array.from({ length: 6 }, (_, i) => sample(100 + i * 100, 120, { a: 110 }));
  expect(heldBack([sample(0, 100, { a: 100 }), ...waits], 50 * MS)).toEqual([50 * MS, 200 * MS]);
});

test('one standby that still moves, an idle leader, or none that streams: nothing was held', () => {
  const times = Array.from({ length: 9 }, (_, i) => i * 100);
  expect(
    heldBack(
      times.map((at) => sample(at, 100 + at, { a: 90, b: 90 + at / 10 })),
      0,
    ),
  ).toBeNull();
  expect(
    heldBack(
      times.map((at) => sample(at, 100, { a: 100 })),
      0,
    ),
  ).toBeNull();
  expect(
    heldBack(
      times.map((at) => sample(at, 100 + at, {})),
      0,
    ),
  ).toBeNull();
  expect(heldBack([], 0)).toBeNull();
});

test('samples of two leaders are not compared', () => {
  expect(heldBack([...stand(0, 300, { b: 90 }), ...stand(400, 700, { b: 90 }, 'b')], 0)).toBeNull();
});

test('what stood still before it was asked for was not held by it', () => {
  const samples = [...stand(0, 700, { a: 90 }), sample(800, 1000, { a: 950 })];
  expect(heldBack(samples, 50 * MS)).toEqual([50 * MS, 100 * MS]);
  expect(heldBack(samples, 150 * MS)).toEqual([150 * MS, 200 * MS]);
  expect(heldBack(samples, 250 * MS)).toBeNull();
});
