import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import type { Scenario } from '../model/scenario.ts';
import { loadScenario, readPlan, scenarioFiles } from './load.ts';
import { makePlan, planBytes, sabotagesOf, variantsOf } from './plan.ts';

const policy = Policy.parse(DEFAULT_POLICY);
const SHOP = path.join(import.meta.dirname, '../../fixtures/scenarios/shop-survives-its-web-server.ts');
const options = { variant: null, sabotage: null, runtime: 'docker' as const, seed: 42, policy };

describe('a plan', () => {
  test('has the same bytes for the same seed, and other times for another', async () => {
    const shop = await loadScenario(SHOP);
    expect(planBytes(makePlan(shop, options))).toBe(planBytes(makePlan(structuredClone(shop), options)));
    expect(planBytes(makePlan(shop, { ...options, seed: 43 }))).not.toBe(planBytes(makePlan(shop, options)));
    expect(planBytes(makePlan(shop, options))).toMatchSnapshot();
  });

  test('adding a fault shifts nothing that the others drew', async () => {
    const shop = await loadScenario(SHOP);
    const more: Scenario = {
      ...shop,
      faults: {
        first: { fault: 'pause', target: { any: ['web-1', 'web-2'] }, at: { between: [1, 9] }, heal: 'end', amplifier: false },
        ...shop.faults,
      },
    };
    const kill = (scenario: Scenario) => makePlan(scenario, options).faults.find((fault) => fault.name === 'kill-web');
    expect(kill(more)).toEqual(kill(shop));
  });

  test('of every scenario, variant and sabotage is made, and survives being stored and read', async () => {
    const place = mkdtempSync(path.join(os.tmpdir(), 'faultline-plan-'));
    try {
      for (const id of scenarioFiles().keys()) {
        const scenario = await loadScenario(id);
        for (const variant of variantsOf(scenario)) {
          for (const sabotage of [null, ...sabotagesOf(scenario, variant).map(({ name }) => name)]) {
            const plan = makePlan(scenario, { ...options, variant, sabotage });
            const file = path.join(place, 'plan.json');
            writeFileSync(file, planBytes(plan));
            expect(planBytes(readPlan(file))).toBe(planBytes(plan));
          }
        }
      }
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('of a sabotage names what it takes along: promises that there are, and not the one that must fail', async () => {
    const place = mkdtempSync(path.join(os.tmpdir(), 'faultline-plan-'));
    try {
      const load = async (takes_along: readonly string[]) => {
        const file = path.join(place, `taking-${takes_along.join('-')}.js`);
        const weak = {
          name: 'weak',
          title: 'w',
          objective: 'rto',
          reason: 'rto.over',
          takes_along,
          change: { services: { 'web-1': { env: { A: 'b' } } } },
        };
        writeFileSync(
          file,
          `import shop from '${pathToFileURL(SHOP).href}'; export default { ...shop, objectives: { ...shop.objectives, good: { kind: 'availability', at_least: '99 %' } }, sabotages: [${JSON.stringify(weak)}] };`,
        );
        return await loadScenario(file);
      };
      const plan = makePlan(await load(['good']), { ...options, sabotage: 'weak' });
      expect(plan.sabotage).toMatchObject({ objective: 'rto', takes_along: ['good'] });
      await expect(load(['rto'])).rejects.toThrow(/sabotages\.0\.takes_along: rto is what must fail/);
      await expect(load(['god'])).rejects.toThrow(/sabotages\.0\.takes_along: .*"god".*"good"/);
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  test('of a sabotage differs from the healthy one by its change to the system, and by nothing else', async () => {
    const quickstart = await loadScenario('quickstart');
    const healthy = makePlan(quickstart, options);
    const sabotaged = makePlan(quickstart, { ...options, sabotage: 'asynchronous-replication' });
    expect({ ...sabotaged, system: null, sabotage: null }).toEqual({ ...healthy, system: null });
    const changed = Object.keys(healthy.system.services).filter(
      (name) => JSON.stringify(healthy.system.services[name]) !== JSON.stringify(sabotaged.system.services[name]),
    );
    expect(changed).toEqual(['guardian']);
    expect(sabotaged.system.services['guardian']?.env['SYNC']).toBe('off');
  });

  test('keeps what deletes whose writes, which no RPO counts as writes', async () => {
    const quickstart = await loadScenario('quickstart');
    const [name = '', written] = Object.entries(quickstart.workload.journeys).find(([, { load }]) => 'closed' in load) ?? [];
    if (written === undefined) throw new Error('quickstart has no closed writers');
    const journeys = { ...quickstart.workload.journeys, cancel: { ...written, deletes: name } };
    const plan = makePlan({ ...quickstart, workload: { ...quickstart.workload, journeys } }, options);
    expect(plan.journeys.map((journey) => journey.deletes)).toEqual([
      ...Object.keys(quickstart.workload.journeys).map(() => undefined),
      name,
    ]);
    expect(plan.objectives.find(({ kind }) => kind === 'rpo')?.of).not.toContain('cancel');
  });

  test("holds the policy's numbers, tau and deadlines as the measuring rules have them", async () => {
    const api = makePlan(await loadScenario('killed-api-server-goes-unnoticed'), options);
    expect(api).toMatchObject({ tau_s: 0.02, window_s: 30, hold_s: 10 });
    const shop = makePlan(await loadScenario(SHOP), options);
    expect(shop.journeys[0]).toMatchObject({ deadline_s: 0.5 });
    expect(shop).toMatchObject({ tau_s: 0.02, window_s: 15 });
    const strict = {
      ...(await loadScenario(SHOP)),
      objectives: { rto: { kind: 'rto' as const, within: 0.3, recovers: 'unaided' as const } },
    };
    expect(makePlan(strict, options).tau_s).toBeCloseTo(0.006);
    const promised = {
      ...(await loadScenario(SHOP)),
      objectives: { rto: { kind: 'rto' as const, within: 'zone' as const, recovers: 'unaided' as const } },
    };
    expect(makePlan(promised, options).objectives[0]).toMatchObject({ within_s: 30, disruption: 'zone' });
  });
});
