import { expect, test } from 'vitest';
import { stream } from './seed.ts';

test('the same seed and name give the same numbers, and other names others', () => {
  const draw = (seed: number, name: string) => Array.from({ length: 5 }, () => stream(seed, name).int(1e9));
  expect(draw(42, 'faults')).toEqual(draw(42, 'faults'));
  expect(draw(42, 'faults')).not.toEqual(draw(42, 'targets'));
  expect(draw(42, 'faults')).not.toEqual(draw(43, 'faults'));
  // The numbers themselves are part of what is promised: a plan of today is the plan of next year.
  const faults = stream(42, 'faults');
  expect([faults.int(1000), faults.int(1000), faults.int(1000)]).toMatchInlineSnapshot(`
    [
      815,
      532,
      584,
    ]
  `);
});

test('numbers are in [0, 1), evenly enough, and a pick is of the list', () => {
  const numbers = stream(7, 'keys');
  const drawn = Array.from({ length: 20_000 }, () => numbers.next());
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(drawn.reduce((a, b) => a + b, 0) / drawn.length).toBeCloseTo(0.5, 1);
  expect(new Set(Array.from({ length: 200 }, () => numbers.pick(['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
  expect(() => numbers.pick([])).toThrow(/nothing to pick from/);
});
