import { expect, test } from 'vitest';
import { plant, RESTORE, RPO, RTO, recorded } from '../../fixtures/recordings/plant.ts';
import { Objective } from '../model/objective.ts';
import { EXIT, exitFor } from '../model/reason.ts';
import { lostWrites, RpoMeasured } from '../model/verdict.ts';
import { judgeObjective, promise } from './objectives.ts';

const figure = { at: 'api', path: '/status', number: '/open' };
const ALL: readonly Objective[] = [
  RTO,
  RPO,
  { name: 'good', kind: 'availability', of: ['order'], at_least: 0.7 },
  { name: 'steady', kind: 'steady', of: ['order'], good_within: 0.01, goodput: 0.9, latency: 1.2 },
  { name: 'latency', kind: 'latency', of: ['order'], at_most_times: 2 },
  { name: 'places', kind: 'gauge', of: [], figure, at_most: 100, at_least: null, after_s: 0 },
  { ...RESTORE, within_s: 1 },
];

// Evidence does not rest on this table, on these words and these few lines: so they may add, and never change, what is there.
test('the answer to each kind of promise is that of the judge in the file of its name, as it is', async () => {
  expect(ALL.map(({ kind }) => kind)).toEqual(Objective.options.map(({ shape }) => shape.kind.value));
  for (const how of [{}, { lose: 3 }, { alter: 2 }, { read: 'none' as const }, { dies: null }, { places: 40, window_s: 3 }]) {
    const recording = recorded(plant(how));
    for (const objective of ALL) {
      const module: Record<string, unknown> = await import(`./${objective.kind}.ts`);
      const judge = module[`judge${objective.kind[0]?.toUpperCase()}${objective.kind.slice(1)}`] as typeof judgeObjective;
      expect(judgeObjective(recording, objective)).toEqual(judge(recording, objective));
    }
  }
});

test('what is promised, lost, and ended with, in words and numbers', () => {
  expect(ALL.map(promise)).toMatchSnapshot();
  expect({ ...EXIT, pass: exitFor('pass'), fail: exitFor('fail'), open: exitFor('inconclusive') }).toMatchSnapshot();
  const counts = Object.fromEntries(Object.keys(RpoMeasured.shape).map((key, i) => [key, 2 ** i])) as unknown as Parameters<
    typeof lostWrites
  >[0];
  expect(lostWrites(counts)).toBe(counts.lost + counts.altered + counts.undeleted);
});
