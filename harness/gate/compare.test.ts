import { expect, test } from 'vitest';
import { run } from '../../fixtures/gates/sample.ts';
import type { RunEvidence } from '../model/evidence.ts';
import { type Build, compareBuilds } from './compare.ts';
import type { Standing } from './standing.ts';

const rto = (...spans: readonly (readonly [number, number | null])[]): RunEvidence[] =>
  spans.map(([lower, upper]) => run('pass', 1, { rto_s: [lower, upper], rpo: null }));
const rpo = (...lost: readonly number[]): RunEvidence[] =>
  lost.map((each) => run('pass', 1, { rto_s: null, rpo: { lost: each, acknowledged: 100 } }));
const build = (runs: readonly RunEvidence[], standing: Standing = 'proven'): ReadonlyMap<string, Build> =>
  new Map([['failover@kill', { standing, runs }]]);
const said = (before: readonly RunEvidence[], after: readonly RunEvidence[]) =>
  compareBuilds(build(before), build(after)).flatMap(({ figure, change, because }) =>
    figure === 'standing' ? [] : [`${figure} ${change}: ${because}`],
  );

test('RTO: changed only where all runs lie beyond all others, bounds and all, and there are three of each', () => {
  const a = rto([6, 6.2], [6.1, 6.4], [6.3, 6.5]);
  expect(said(a, rto([7, 7.2], [7.5, 7.7], [6.6, 6.9]))).toEqual([
    'RTO worse: 6.00–6.50 s in 3 runs, now 6.60–7.70 s in 3: by at least 0.10 s',
  ]);
  expect(said(rto([7, 7.2], [7.5, 7.7], [6.6, 6.9]), a)).toEqual([
    'RTO better: 6.60–7.70 s in 3 runs, now 6.00–6.50 s in 3: by at least 0.10 s',
  ]);
  expect(said(a, rto([6.4, 6.6], [7, 7.2], [8, 8.2]))).toEqual([expect.stringMatching(/^RTO not changed: .* they overlap$/)]);
  expect(said(a, rto([9, 9.1], [9, 9.1]))).toEqual([expect.stringMatching(/^RTO cannot say: .* three runs of each are needed$/)]);
  expect(said(a, rto([7, null], [7, null], [8, null]))).toEqual([
    expect.stringMatching(/^RTO worse: .*by at least 0\.50 s, and not every run comes back$/),
  ]);
  expect(said(a, [])).toEqual(['RTO cannot say: now none was measured']);
  // What came to nothing has measured nothing.
  expect(
    said(
      a,
      a.map((each) => ({ ...each, outcome: 'inconclusive' as const })),
    ),
  ).toEqual(['RTO cannot say: now none was measured']);
});

test('RPO: a loss where nothing was lost is worse at once; that nothing was lost lately may be chance', () => {
  expect(said(rpo(0, 0), rpo(3))).toEqual(['RPO worse: at most 0 writes lost in 2 runs, now 3 in 1']);
  expect(said(rpo(0, 0), rpo(0, 0))).toEqual([expect.stringMatching(/^RPO not changed/)]);
  expect(said(rpo(3, 5, 2), rpo(0, 0, 0))).toEqual([expect.stringMatching(/^RPO better/)]);
  expect(said(rpo(3, 0, 2), rpo(0, 0, 0))).toEqual([expect.stringMatching(/^RPO cannot say: .* chance$/)]);
  expect(said(rpo(3, 3), rpo(2, 9))).toEqual([expect.stringMatching(/^RPO cannot say/)]);
});

test('standings, and what came and went', () => {
  const change = (was: Standing, is: Standing) =>
    compareBuilds(build([], was), build([], is)).map((each) => `${each.change}: ${each.because}`);
  expect(change('proven', 'failed')).toEqual(['worse: proven, now failed']);
  expect(change('failed', 'held')).toEqual(['better: failed, now held']);
  expect(change('proven', 'not verified')).toEqual(['cannot say: proven, now not verified']);
  expect(change('held', 'held')).toEqual(['not changed: held']);
  expect(compareBuilds(build([]), new Map())).toMatchObject([{ change: 'cannot say', because: 'it is not there any more' }]);
});
