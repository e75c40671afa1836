import { expect, test } from 'vitest';
import { coverageDocument } from '../../fixtures/coverage/document.ts';
import { reachedBy } from '../coverage/reached.ts';
import type { Coverage, CoveragePhase, CoveredFile } from '../model/coverage.ts';
import type { Compared } from './compare.ts';
import { type BuildCoverage, compareCoverage } from './compare-coverage.ts';

type Handlers = Readonly<Record<string, readonly CoveragePhase[]>>;

/** api.ts with 120 lines; a handler by its line and its function: `{ '60 ask': ['fault'] }`. */
const file = (handlers: Handlers, more: Partial<CoveredFile> = {}): CoveredFile => ({
  lines: '1-120',
  hit: { up: '1-20', baseline: '21-70', fault: '60-80', recovery: '' },
  branches: [
    { line: 30, column: 5, what: 'if', hit: ['baseline'] },
    { line: 34, column: 5, what: 'else', hit: [] },
  ],
  handlers: Object.entries(handlers).map(([place, hit]) => {
    const [line, name = ''] = place.split(' ');
    return { line: Number(line), column: 3, what: 'catch', name, hit: [...hit] };
  }),
  ...more,
});
const coverage = (scenario: string, api: CoveredFile, lost: Coverage['lost'] = []): Coverage =>
  coverageDocument({ scenario, files: { 'api.ts': api }, lost });
const build = (all: readonly Coverage[], stale: readonly string[] = []): BuildCoverage => ({ reached: reachedBy(all), stale });
const told = (compared: readonly Compared[]) => compared.map(({ name, change, because }) => `${name} ${change}: ${because}`);

const LESS = coverage('kill', file({ '60 ask': ['fault'], '98 connect': [] }));
const MORE = coverage(
  'kill',
  file({ '60 ask': ['fault'], '98 connect': ['recovery'] }, { hit: { up: '1-20', baseline: '21-70', fault: '60-110', recovery: '' } }),
);

test('more and less are both a change, told with their denominators and the handler that one side alone reached', () => {
  const line = 'lines 80 of 120, now 110 of 120; branches 1 of 2; handlers that a fault reached 1 of 2, now 2 of 2';
  const more = compareCoverage(build([LESS]), build([MORE]));
  expect(told(more)).toEqual([`principle 9 changed: ${line}`, `kill changed: ${line}`]);
  expect(more.map(({ details }) => details)).toEqual([['only now: api.ts:98 catch in connect'], ['only now: api.ts:98 catch in connect']]);
  const less = compareCoverage(build([MORE]), build([LESS]));
  expect(told(less)[1]).toBe(
    'kill changed: lines 110 of 120, now 80 of 120; branches 1 of 2; handlers that a fault reached 2 of 2, now 1 of 2',
  );
  expect(less[1]?.details).toEqual(['only before: api.ts:98 catch in connect']);
});

test('what is the same is not changed, also where the lines have moved; as many handlers, but others, is a change', () => {
  const moved = coverage('kill', file({ '63 ask': ['fault'], '101 connect': [] }));
  expect(compareCoverage(build([LESS]), build([moved])).map(({ change }) => change)).toEqual(['not changed', 'not changed']);
  const other = coverage('kill', file({ '60 ask': ['baseline'], '98 connect': ['fault'] }));
  expect(compareCoverage(build([LESS]), build([other]))[1]).toMatchObject({
    change: 'changed',
    because: expect.stringMatching(/handlers that a fault reached 1 of 2$/),
    details: ['only before: api.ts:60 catch in ask', 'only now: api.ts:98 catch in connect'],
  });
  // Two of one kind in one function are told apart by their order.
  const two = (first: CoveragePhase[], second: CoveragePhase[]) => build([coverage('kill', file({ '60 ask': first, '70 ask': second }))]);
  expect(compareCoverage(two(['fault'], []), two([], ['fault']))[1]?.details).toEqual([
    'only before: api.ts:60 catch in ask',
    'only now: api.ts:70 catch in ask',
  ]);
});

test('a handler that came or went says so, and changes the denominators', () => {
  const grown = coverage('kill', file({ '60 ask': ['fault'], '98 connect': [], '110 retry': ['fault'] }, { lines: '1-130' }));
  expect(compareCoverage(build([LESS]), build([grown]))[1]).toMatchObject({
    because: expect.stringMatching(/^lines 80 of 120, now 80 of 130; .*reached 1 of 2, now 2 of 3$/),
    details: ['only now: api.ts:110 catch in retry, which was not there'],
  });
  expect(compareCoverage(build([grown]), build([LESS]))[1]?.details).toEqual([
    'only before: api.ts:110 catch in retry, which is not there any more',
  ]);
});

test('what one side did not measure, or on another state of its code, or did not keep: nobody can say', () => {
  const one = build([LESS]);
  const gone = 'kill was measured on another state of the code';
  expect(told(compareCoverage(one, build([])))).toEqual([
    'principle 9 cannot say: now none was measured',
    'kill cannot say: now none was measured',
  ]);
  expect(told(compareCoverage(build([]), one))[1]).toBe('kill cannot say: before none was measured');
  expect(told(compareCoverage(one, build([], ['kill'])))).toEqual([`principle 9 cannot say: now ${gone}`, `kill cannot say: now ${gone}`]);
  expect(told(compareCoverage(build([], ['kill']), one))[1]).toBe(`kill cannot say: before ${gone}`);
  expect(told(compareCoverage(build([], ['kill']), build([], ['kill'])))).toEqual([`kill cannot say: before ${gone}, now ${gone}`]);
  expect(told(compareCoverage({ reached: null, stale: [] }, one))[1]).toBe('kill cannot say: before its gate kept none');
  expect(compareCoverage(build([]), build([]))).toEqual([]);
});

test('a principle that was measured by other scenarios cannot be compared; its scenarios can', () => {
  const cut = coverage('cut', file({ '60 ask': [], '98 connect': ['fault'] }));
  expect(told(compareCoverage(build([LESS, cut]), build([LESS], ['cut'])))).toEqual([
    'principle 9 cannot say: cut was measured before only, and on another state of the code on the other side',
    expect.stringMatching(/^kill not changed: /),
    'cut cannot say: now cut was measured on another state of the code',
  ]);
  // Together they reached both.
  expect(told(compareCoverage(build([LESS, cut]), build([LESS, cut])))[0]).toMatch(/^principle 9 not changed: .*reached 2 of 2$/);
});

test('what could not be told stands beside the numbers', () => {
  const killed = coverage('kill', LESS.files['api.ts'] as CoveredFile, [{ service: 'api', phase: 'fault', why: 'killed' }]);
  expect(told(compareCoverage(build([killed]), build([LESS])))[1]).toMatch(
    /^kill not changed: .*; before 1 part of what ran could not be told$/,
  );
});
