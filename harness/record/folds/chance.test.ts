import { expect, test } from 'vitest';
import { atMost, coreDensity, coreLength, upperRatio } from './chance.ts';

test('upper bounds as tables give them', () => {
  expect(upperRatio(0, 100)).toBeCloseTo(0.029513, 6);
  expect(upperRatio(2, 200)).toBeCloseTo(0.031136, 4);
  expect(upperRatio(10, 1000)).toBeCloseTo(0.016902, 4);
  expect(upperRatio(0, 0)).toBe(1);
  expect(upperRatio(5, 5)).toBe(1);
});

test('the distribution sums up, and far tails do not break it', () => {
  expect(atMost(0, 10, 0.1)).toBeCloseTo(0.9 ** 10, 12);
  expect(atMost(5, 10, 0.5)).toBeCloseTo(0.623047, 6);
  expect(atMost(9, 10, 1)).toBe(0);
  expect(atMost(10, 10, 0.3)).toBe(1);
  expect(atMost(3, 100_000, 0.9)).toBe(0);
});

test('the length of a core: the smallest k with n·p^k ≤ 0.001, at least 3', () => {
  for (const [n, p] of [
    [500, 0.03],
    [2000, 0.01],
    [100_000, 0.2],
    [1000, 0.1],
    [10, 0.001],
  ] as const) {
    const k = coreLength(n, p);
    expect(k === 3 || n * p ** (k - 1) > 0.001).toBe(true);
    expect(n * p ** k).toBeLessThanOrEqual(0.001 * (1 + 1e-6));
  }
  expect(coreLength(1000, 0.1)).toBe(6);
  expect(coreLength(100, 1)).toBe(Number.POSITIVE_INFINITY);
});

test('how dense ten in a row must be: at least half, more where errors are common', () => {
  expect(coreDensity(500, 0.01)).toBe(5);
  expect(coreDensity(5000, 0.1)).toBe(9);
  expect(coreDensity(5000, 0.9)).toBe(11);
});

test('two in a row are never an outage, however good the baseline was', () => {
  expect(coreLength(10, 0.001)).toBe(3);
});
