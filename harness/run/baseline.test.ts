import { expect, test } from 'vitest';
import type { Progress } from '../observer/protocol.ts';
import { LastSecond } from './baseline.ts';

/** Sums as the observer tells them every 100 ms: ten operations each time, of which so many are good. */
function sums(goods: readonly number[]): readonly Progress[] {
  return [0, ...goods].map((_, i) => {
    const good = goods.slice(0, i).reduce((sum, each) => sum + each, 0);
    return { k: 'progress', at: i * 100e6, done: i * 10, good } as unknown as Progress;
  });
}
const firstGood = (goods: readonly number[]) => {
  const second = new LastSecond();
  return sums(goods).findIndex((each) => second.isGood(each));
};

test('load is warm after a whole second in which hardly an answer was bad', () => {
  expect(firstGood(Array(20).fill(10))).toBe(10);
  expect(firstGood([...Array(7).fill(2), ...Array(20).fill(10)])).toBe(17);
  // One of a hundred is too many; what nobody answered is not good.
  expect(firstGood([...Array(15).fill(10).with(12, 9)])).toBe(10);
  expect(firstGood([...Array(9).fill(10), 9, ...Array(9).fill(10)])).toBe(-1);
  expect(firstGood(Array(20).fill(0))).toBe(-1);
});

test('nothing known, or the same sums again, is no second', () => {
  const second = new LastSecond();
  const [first] = sums([10]);
  expect([null, first, first, first].map((each) => second.isGood(each ?? null))).toEqual([false, false, false, false]);
  expect(
    [...Array(15).keys()].map((i) => second.isGood({ k: 'progress', at: i * 100e6, done: 0, good: 0 } as unknown as Progress)),
  ).not.toContain(true);
});
