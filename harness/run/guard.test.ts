import { expect, test } from 'vitest';
import { AbortGuard, plannedGuard } from '../model/guard.ts';
import type { Progress } from '../observer/protocol.ts';
import { ErrorBudget } from './guard.ts';

const sums = (at_s: number, done: number, good: number): Progress => ({ k: 'progress', at: at_s * 1e9, done, good, down_since: null });

test('a number of bad operations is counted over a window that slides', () => {
  const budget = new ErrorBudget({ operations: 10, within_s: 1 });
  expect(budget.spent(null)).toBeNull();
  expect(budget.spent(sums(0, 100, 50))).toBeNull(); // What was before the first look is not counted.
  expect(budget.spent(sums(0.25, 120, 60))).toBeNull(); // 10: not more than 10.
  expect(budget.spent(sums(1.5, 220, 160))).toBeNull();
  expect(budget.spent(sums(2, 240, 170))).toBeNull(); // 10 in the last second, the older ones have left it.
  expect(budget.spent(sums(2.25, 250, 179))).toMatch(/^11 of 130 operations within the last 2\.0 s were bad, more than 10$/);
});

test('a share is only known of a whole window with operations in it', () => {
  const budget = new ErrorBudget({ share: 0.2, within_s: 2 });
  expect(budget.spent(sums(0, 0, 0))).toBeNull();
  expect(budget.spent(sums(0.25, 10, 0))).toBeNull();
  expect(budget.spent(sums(2, 19, 0))).toBeNull(); // A whole window, but of 19 operations.
  expect(budget.spent(sums(2, 19, 0))).toBeNull();
  expect(budget.spent(sums(2.25, 60, 35))).toBe('15 of 50 operations within the last 2.0 s were bad, more than 20 %');
});

test('no budget is never spent', () => {
  const budget = new ErrorBudget(undefined);
  expect(budget.spent(sums(0, 0, 0))).toBeNull();
  expect(budget.spent(sums(9, 1000, 0))).toBeNull();
});

test('a guard is written with units, and planned without', () => {
  const text = { error_budget: { share: '20 %', within: '5 s' }, after: '2 min', must_answer: ['web'] };
  expect(plannedGuard(AbortGuard.parse(text))).toEqual({
    abort: { error_budget: { share: 0.2, within_s: 5 }, after_s: 120, must_answer: ['web'] },
  });
  expect(plannedGuard(AbortGuard.parse({ error_budget: { operations: 50, within: '1 s' } }))).toEqual({
    abort: { error_budget: { operations: 50, within_s: 1 } },
  });
  expect(plannedGuard(undefined)).toEqual({});
  expect(AbortGuard.safeParse({ error_budget: { share: '20 %' } }).success).toBe(false);
  expect(AbortGuard.safeParse({ error_budget: { share: '20 %', operations: 3, within: '1 s' } }).success).toBe(false);
});
