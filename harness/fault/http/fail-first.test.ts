import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { contractService } from '../../../fixtures/contract/system.ts';
import { DEFAULT_POLICY, Policy } from '../../model/policy.ts';
import { ScenarioIn } from '../../model/scenario.ts';
import { healOne } from '../../run/heal-faults.ts';
import { makePlan } from '../../run/plan.ts';
import { aimed, inject } from '../../run/play-fault.ts';
import { runtimeNamed } from '../../run/runtime-named.ts';
import { standStage } from '../standing-stage.ts';

test('failures that clients use up at once: it is seen to bite, and to end by itself, and its heal finds nothing to do', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-fail-first-'));
  const scenario = ScenarioIn.parse({
    title: 'a client that tries again',
    system: { name: 'linked', services: { one: contractService() }, links: { way: { to: 'one', via: 'http' } } },
    workload: { journeys: { visit: { kind: 'read', at: 'one', http: { path: '/' } } } },
    faults: { first: { fault: 'http-fail-first', first: 5, link: 'way', route: '/orders', at: '0 s' } },
    objectives: { availability: { kind: 'availability', at_least: '1 %' } },
  });
  const options = { variant: null, sabotage: null, runtime: 'process', seed: 1, policy: Policy.parse(DEFAULT_POLICY) } as const;
  const standing = await standStage(await runtimeNamed('process'), folder, makePlan({ ...scenario, id: 'alone', file: '' }, options));
  try {
    const { stage } = standing;
    const [fault] = stage.plan.faults;
    const link = stage.standUp.links.get('way');
    if (fault === undefined || link === undefined) throw new Error('there is no fault, or no link');
    const statuses: number[] = [];
    const client = async () => {
      const answer = await fetch(`http://${link.address.host}:${link.address.port}/orders`);
      await answer.text();
      statuses.push(answer.status);
    };
    const aim = await aimed(stage, fault);
    const hurried = {
      ...aim,
      injection: {
        ...aim.injection,
        async inject() {
          const said = await aim.injection.inject();
          for (let i = 0; i < 8; i++) await client();
          return said;
        },
      },
    };
    expect(await inject(stage, fault, hurried), standing.said()).toBe(true);
    expect(statuses).toEqual([503, 503, 503, 503, 503, 200, 200, 200]);
    const [active] = stage.active;
    const sight = active?.sights.find((each) => each.on === 'target')?.name ?? '';
    const back = await stage.link.when(
      (event) => event.k === 'watch' && event.service === sight && event.to === 'alive',
      5000,
      stage.signal,
    );
    expect(back ?? stage.link.watched(sight)).toMatchObject({ from: 'dead', to: 'alive' });
    if (active !== undefined) await healOne(stage, active);
    expect(active?.healed).toBe(true);
    expect(standing.said()).toMatch(/healed: 5 of 8 requests on \/orders were spoiled/);
  } finally {
    await standing.down();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
