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

test('standbys that stand still while they lack something: the bracket is around the moment', () => {
  const samples = [
    sample(0, 100, { a: 100, b: 100 }),
    sample(100, 200, { a: 190, b: 180 }),
    sample(200, 300, { a: 200, b: 200 }),
    sample(300, 400, { a: 200, b: 200 }),
  ];
  expect(heldBack(samples, 150 * MS)).toEqual([150 * MS, 300 * MS]);
  expect(heldBack(samples, 0)).toEqual([100 * MS, 300 * MS]);
});

test('a leader that waits for its standby stands still too', () => {
  const samples = [sample(0, 100, { a: 100 }), sample(100, 120, { a: 110 }), sample(200, 120, { a: 110 })];
  expect(heldBack(samples, 50 * MS)).toEqual([50 * MS, 200 * MS]);
});

test('one standby that still moves, an idle leader, or none that streams: nothing was held', () => {
  expect(
    heldBack([sample(0, 100, { a: 90, b: 90 }), sample(100, 200, { a: 90, b: 95 }), sample(200, 300, { a: 90, b: 99 })], 0),
  ).toBeNull();
  expect(heldBack([sample(0, 100, { a: 100 }), sample(100, 100, { a: 100 }), sample(200, 100, { a: 100 })], 0)).toBeNull();
  expect(heldBack([sample(0, 100, {}), sample(100, 200, {}), sample(200, 300, {})], 0)).toBeNull();
  expect(heldBack([], 0)).toBeNull();
});

test('samples of two leaders are not compared', () => {
  expect(heldBack([sample(0, 100, { b: 90 }), sample(100, 200, { b: 90 }, 'b')], 0)).toBeNull();
});

test('what stood still before it was asked for was not held by it', () => {
  const samples = [sample(0, 100, { a: 90 }), sample(100, 200, { a: 90 }), sample(300, 300, { a: 250 })];
  expect(heldBack(samples, 50 * MS)).not.toBeNull();
  expect(heldBack(samples, 150 * MS)).toBeNull();
});
