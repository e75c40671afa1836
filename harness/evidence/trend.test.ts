import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { healthy, run, twin } from '../../fixtures/gates/sample.ts';
import { RPO, RTO } from '../../fixtures/recordings/plant.ts';
import type { TwinEvidence } from '../model/evidence.ts';
import { joinAll } from './history.ts';
import { keepTrend, promisedBy, readTrends, TREND } from './trend.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-trend-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const PROMISED = { rto_s: 15, writes: 0 };
const evidence = (digest: string, ...twins: readonly TwinEvidence[]) => ({
  scenario: 'failover',
  variant: 'kill',
  runtime: 'docker',
  commit: `commit of ${digest}`,
  digest,
  twins: [...twins],
});

test('runs of several builds stay, oldest first, each once; what the sabotaged twin did is no trend', () => {
  keepTrend(evidence('b', healthy(run('pass', 2)), twin()), PROMISED, place);
  keepTrend(evidence('c', healthy(run('fail', 1)), twin()), { rto_s: 10, writes: 0 }, place);
  keepTrend(evidence('c', healthy(run('fail', 1), run('inconclusive', 0))), { rto_s: 10, writes: 0 }, place);
  keepTrend(evidence('a', healthy(run('pass', 3))), PROMISED, place);
  expect(
    readTrends(place)
      .get('failover@kill')
      ?.map(({ digest, outcome, promised }) => [digest, outcome, promised.rto_s]),
  ).toEqual([
    ['a', 'pass', 15],
    ['b', 'pass', 15],
    ['c', 'fail', 10],
  ]);
});

test('what a plan promises: the smallest of each, null where nothing is', () => {
  expect(promisedBy([RTO, { ...RTO, name: 'again', within_s: 0.5 } as typeof RTO, RPO])).toEqual({ rto_s: 0.5, writes: 0 });
  expect(promisedBy([{ name: 'good', kind: 'availability', of: ['order'], at_least: 0.9 }])).toEqual({ rto_s: null, writes: null });
});

test('a file that is none, or lies in the folder of another, is refused by name', () => {
  mkdirSync(path.join(place, 'other'));
  writeFileSync(path.join(place, 'other/trend.json'), '{}');
  expect(() => readTrends(place)).toThrow(/other\/trend\.json is no trend/);
  writeFileSync(
    path.join(place, 'other/trend.json'),
    JSON.stringify({ format: 1, kind: 'faultline.trend', scenario: 'failover', variant: null, points: [] }),
  );
  expect(() => readTrends(place)).toThrow(/is the trend of failover, not of other/);
  expect(readTrends(path.join(place, 'nowhere')).size).toBe(0);
});

test('of two folders: the points of both, each once, oldest first; one that is told in two ways is an error', () => {
  for (const [folder, ...runs] of [
    ['here', run('pass', 3), run('pass', 1)],
    ['there', run('pass', 3), run('fail', 2)],
  ] as const)
    keepTrend(evidence('a', healthy(...runs)), PROMISED, path.join(place, folder));
  const joined = joinAll(TREND, [path.join(place, 'here'), path.join(place, 'there'), path.join(place, 'nowhere')], {});
  expect(joined.get('failover@kill')?.points.map(({ outcome, at }) => [outcome, at.slice(8, 10)])).toEqual([
    ['pass', '23'],
    ['fail', '24'],
    ['pass', '25'],
  ]);
  keepTrend(evidence('a', healthy(run('pass', 3, { rto_s: [0, 0] }))), PROMISED, path.join(place, 'edited'));
  expect(() => joinAll(TREND, [path.join(place, 'here'), path.join(place, 'edited')], {})).toThrow(
    /edited\/failover@kill\/trend\.json: run \S+ is another there/,
  );
});
