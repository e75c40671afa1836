import { expect, test } from 'vitest';
import { plant, recorded } from '../../fixtures/recordings/plant.ts';
import { judgeLoad } from './load.ts';

test('the load that was planned', () => {
  expect(judgeLoad(recorded(plant()))).toMatchObject({ outcome: 'pass', reason: 'held' });
});

test('reads do not stand for writes', () => {
  const planted = plant();
  const journeys = planted.plan.journeys.map((journey) => ({ ...journey, kind: 'read' as const }));
  expect(judgeLoad(recorded({ ...planted, plan: { ...planted.plan, journeys } }))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.no_operations',
  });
});
