import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverageDocument } from '../../fixtures/coverage/document.ts';
import type { Coverage, CoveragePhase, CoveredFile } from '../model/coverage.ts';
import { byPrinciple } from './of-principle.ts';
import { fromRanges, toRanges } from './ranges.ts';

const file = (
  hit: Partial<CoveredFile['hit']>,
  handlers: readonly (readonly CoveragePhase[])[] = [],
  branches: readonly (readonly CoveragePhase[])[] = [],
): CoveredFile => ({
  lines: '1-10',
  hit: { up: '', baseline: '', fault: '', recovery: '', ...hit },
  branches: branches.map((on, i) => ({ line: i + 1, column: 1, what: 'if', hit: [...on] })),
  handlers: handlers.map((on, i) => ({ line: i + 1, column: 3, what: 'catch', name: 'ask', hit: [...on] })),
});
const coverage = (scenario: string, principle: number | null, files: Readonly<Record<string, CoveredFile>>): Coverage =>
  coverageDocument({ scenario, principle, claim: null, files: { ...files } });

test('two scenarios of a principle together: lines and branches that any reached, and what ran for a fault alone', () => {
  const [nine] = byPrinciple([
    coverage('a', 9, { 'api.ts': file({ up: '1-3', fault: '5' }, [], [['baseline'], []]) }),
    coverage('b', 9, { 'api.ts': file({ baseline: '3-4', fault: '4-6', recovery: '8' }, [], [[], []]), 'db.ts': file({}) }),
  ]);
  expect(nine).toMatchObject({
    principle: 9,
    scenarios: ['a', 'b'],
    lines: { hit: 7, of: 20 },
    branches: { hit: 1, of: 2 },
    only_under_fault: 3,
    files: [
      { file: 'api.ts', only_under_fault: '5-6,8', lines: { hit: 7, of: 10 } },
      { file: 'db.ts', only_under_fault: '', lines: { hit: 0, of: 10 } },
    ],
  });
});

test('a handler that a fault of another principle reached is reached, but not by this one; what ran before a fault alone is not', () => {
  const [eight, nine] = byPrinciple([
    coverage('a', 9, { 'api.ts': file({}, [['fault'], [], ['up', 'baseline'], []]) }),
    coverage('b', 8, { 'api.ts': file({}, [[], ['recovery'], [], []]) }),
  ]);
  expect(nine).toMatchObject({ principle: 9, handlers: { hit: 1, of: 4 } });
  expect(eight).toMatchObject({ principle: 8, handlers: { hit: 1, of: 4 } });
  for (const each of [eight, nine]) expect(each?.unreached.map(({ line }) => line)).toEqual([3, 4]);
});

test('nothing is known of nothing', () => {
  expect(byPrinciple([])).toEqual([]);
});

describe('lines as ranges', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 500 })), (lines) => {
        expect([...fromRanges(toRanges(lines))].sort((a, b) => a - b)).toEqual(lines.toSorted((a, b) => a - b));
      }),
    );
  });
  test.each(['3-', 'x', '5-2', '1,,2'])('%s is none', (text) => {
    expect(() => fromRanges(text)).toThrow(RangeError);
  });
});
