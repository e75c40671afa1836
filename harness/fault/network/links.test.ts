import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { contractService } from '../../../fixtures/contract/system.ts';
import { describeNeeding } from '../../faces/needs.ts';
import type { SingleStep } from '../../model/fault.ts';
import type { Plan } from '../../model/plan.ts';
import { DEFAULT_POLICY, Policy } from '../../model/policy.ts';
import type { LinkPlace } from '../../model/runtime.ts';
import { ScenarioIn } from '../../model/scenario.ts';
import { healOne } from '../../run/heal-faults.ts';
import { makePlan } from '../../run/plan.ts';
import { aimed, inject } from '../../run/play-fault.ts';
import { toxiproxyBy } from '../../runtime/links/toxiproxy.ts';
import { processRuntime } from '../../runtime/process/process.ts';
import { type StandingStage, standStage } from '../standing-stage.ts';

await describeNeeding('toxiproxy', 'what stands on a link beside ours', () => {
  let place: string;
  let standing: StandingStage;
  let link: LinkPlace;
  beforeAll(async () => {
    place = mkdtempSync(path.join(os.tmpdir(), 'faultline-links-'));
    standing = await standStage(processRuntime, place, planOf({ fault: 'link-down', link: 'way' }));
    link = standing.stage.standUp.links.get('way') as LinkPlace;
  }, 60_000);
  afterAll(async () => {
    await standing?.down();
    rmSync(place, { recursive: true, force: true });
  }, 60_000);
  const stageFor = (fault: Record<string, unknown>) => ({ ...standing.stage, plan: planOf(fault), active: [] });
  const toxics = async () => {
    const { text } = await link.ask('GET', '/proxies/way/toxics');
    return (JSON.parse(text) as { name: string }[]).map((toxic) => toxic.name).sort();
  };

  test('toxicity 0: what is put there and touches nothing is not confirmed', async () => {
    const stage = stageFor({ fault: 'latency', link: 'way', delay: '200 ms', confirm_within: '700 ms' });
    const [fault] = stage.plan.faults;
    if (fault === undefined) throw new Error('the plan has no fault');
    const aim = await aimed(stage, fault);
    const harmless = async () => {
      const body = { name: 'harmless', type: 'latency', stream: 'downstream', toxicity: 0, attributes: { latency: 200, jitter: 0 } };
      expect((await link.ask('POST', '/proxies/way/toxics', body)).status).toBe(200);
      return 'toxicity 0';
    };
    const injection = { ...aim.injection, undo: aim.injection.undo, inject: harmless };
    expect(await inject(stage, fault, { ...aim, injection })).toBe(false);
    await link.ask('DELETE', '/proxies/way/toxics/harmless');
    for (const active of stage.active) await healOne(stage, active);
  }, 30_000);

  test("others' toxics stay, also those that are called much like ours", async () => {
    const foreign = {
      name: 'faultline-other-from-0',
      type: 'latency',
      stream: 'downstream',
      toxicity: 1,
      attributes: { latency: 1, jitter: 0 },
    };
    await link.ask('POST', '/proxies/way/toxics', foreign);
    const stage = stageFor({ fault: 'latency', link: 'way', delay: '200 ms', jitter: '50 ms' });
    const [fault] = stage.plan.faults;
    if (fault === undefined) throw new Error('the plan has no fault');
    expect(await inject(stage, fault, await aimed(stage, fault)), standing.said()).toBe(true);
    expect(await toxics()).toEqual(['faultline-it-from-0', 'faultline-it-from-1', 'faultline-it-to-0', 'faultline-it-to-1', foreign.name]);
    for (const active of stage.active) await healOne(stage, active);
    expect(await toxics()).toEqual([foreign.name]);
    await link.ask('DELETE', `/proxies/way/toxics/${foreign.name}`);
  }, 30_000);

  test('what toxiproxy refuses is an Error with its own words', async () => {
    const proxies = toxiproxyBy((method, where, body) => link.ask(method, where, body));
    expect(await proxies.version()).toMatch(/^2\.\d+\.\d+$/);
    const toxic = { name: 'twice', type: 'latency', way: 'to', attributes: { latency: 1 } } as const;
    await proxies.add('way', toxic);
    const error = await proxies.add('way', toxic).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/^toxiproxy: POST \/proxies\/way\/toxics .* gave 409: toxic already exists$/);
    await proxies.remove('way', 'twice');
    await proxies.remove('way', 'twice');
    await expect(proxies.enable('no-such', true)).rejects.toThrow(
      'toxiproxy: POST /proxies/no-such {"enabled":true} gave 404: proxy not found',
    );
  });

  test('jitter is drawn with the plan: the same for a seed, within its bounds', () => {
    const drawn = () =>
      planOf({ fault: 'latency', link: 'way', delay: '200 ms', jitter: '50 ms' }).faults[0]?.with?.['rest_ms'] as number[];
    expect(drawn()).toEqual(drawn());
    expect(new Set(drawn()).size).toBeGreaterThan(20);
    for (const ms of drawn()) expect(ms >= 0 && ms <= 100).toBe(true);
  });
});

function planOf(fault: Record<string, unknown>): Plan {
  const text: z.input<typeof ScenarioIn> = {
    title: 'a fault on a link',
    system: { name: 'links', services: { one: contractService() }, links: { way: { to: 'one' } } },
    workload: { journeys: { visit: { kind: 'read', at: 'one', http: { path: '/' } } } },
    faults: { it: { at: '0 s', ...fault } as unknown as z.input<typeof SingleStep> },
    objectives: { availability: { kind: 'availability', at_least: '1 %' } },
  };
  const scenario = { ...ScenarioIn.parse(text), id: 'links', file: '' };
  return makePlan(scenario, { variant: null, sabotage: null, runtime: 'process', seed: 1, policy: Policy.parse(DEFAULT_POLICY) });
}
