import { expect, test } from 'vitest';
import { type Planting, plant, recorded } from '../../fixtures/recordings/plant.ts';
import { judge } from '../judge/judge.ts';
import { repeatsOf } from './repeats.ts';

const runs = (count: number, change: Partial<Planting> = {}) =>
  Array.from({ length: count }, (_, i) => judge(recorded(plant({ seed: i + 1, ...change }))));

test('one run says nothing more than itself', () => {
  expect(repeatsOf(runs(1))).toEqual([]);
});

test('three runs support the largest of three, and bound the chance of a loss at 63 %', () => {
  const [rto, rpo] = repeatsOf(runs(3));
  expect(rto).toMatch(/^RTO 0\.\d\d–0\.\d\d s over 3 runs: at most their largest; a 95th percentile takes 59 runs$/);
  expect(rpo).toBe('RPO 0 in 3 of 3 runs: the chance of a loss per failover is at most 63 % (95 % confidence)');
});

test('one loss among them is told, and so is one that never came back', () => {
  expect(repeatsOf([...runs(2), ...runs(1, { lose: 4 })])[1]).toBe('RPO: 1 of 3 runs lost something, at most 4 writes');
  const never = runs(1, { outages: [{ kind: 'refuse', from_s: 0, to_s: 99 }] });
  expect(repeatsOf([...runs(1), ...never])[0]).toBe('RTO: 1 of 2 runs saw no recovery');
});

test('what was inconclusive supports nothing', () => {
  expect(repeatsOf([...runs(1), ...runs(1, { dies: null })])).toEqual([]);
});
