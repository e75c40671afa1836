import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { SingleStep } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import { ScenarioIn } from '../model/scenario.ts';
import type { System } from '../model/system.ts';
import { readPending, UndoLedger } from '../record/undo-ledger.ts';
import { healOne } from '../run/heal-faults.ts';
import { makePlan } from '../run/plan.ts';
import { aimed, inject, openEyes } from '../run/play-fault.ts';
import { runtimeNamed } from '../run/runtime-named.ts';
import type { Stage } from '../run/stage.ts';
import type { Injection } from './injection.ts';
import { type StandingStage, standStage } from './standing-stage.ts';
import { carryOut } from './undo.ts';

/** A fault as a scenario writes it (its time left out), and one that hits something else of the same system: what an injector does that was told the wrong container or port. */
export interface FaultCase {
  readonly name: string;
  readonly fault: z.input<typeof SingleStep>;
  /** Its injection takes the place of the fault's own, while the fault's own sights look. */
  readonly elsewhere?: z.input<typeof SingleStep>;
  /** How long its effect may take to be seen; 3 s without it. */
  readonly confirm_within?: string;
}

/**
 * What every fault promises on a runtime: it takes hold (its effect is seen by a path that did not inject it), it lets go (that is seen, too), lets go twice, lets go by its undo alone, as data;
 * and sabotaged (an injector that does nothing, one that hits something else, one that may not) it is never confirmed. One stand-up serves all cases: each must leave it as it was.
 */
export function faultContract(runtime: RuntimeName, system: z.input<typeof System>, cases: readonly FaultCase[]): void {
  describe(`faults on the ${runtime} runtime`, () => {
    let place: string;
    let standing: StandingStage;
    beforeAll(async () => {
      place = mkdtempSync(path.join(os.tmpdir(), 'faultline-faults-'));
      standing = await standStage(
        await runtimeNamed(runtime),
        place,
        planOf(runtime, system, {
          'by-itself': { fault: 'by-hand', target: Object.keys(system.services)[0] ?? '', do: '', undo: '', at: '0 s' },
        }),
      );
    }, 300_000);
    afterAll(async () => {
      await standing?.down();
      rmSync(place, { recursive: true, force: true });
    }, 60_000);

    /** A stage of its own for each test, on the same system: its own fault, its own ledger. */
    const stageFor = (name: string, fault: z.input<typeof SingleStep>): { stage: Stage; folder: string } => {
      const folder = mkdtempSync(path.join(place, 'ledger-'));
      const plan = planOf(runtime, system, { [name]: fault });
      return { stage: { ...standing.stage, plan, ledger: new UndoLedger(folder), active: [] }, folder };
    };
    let n = 0;
    const planned = ({ plan }: Stage) => plan.faults[0] as (typeof plan.faults)[number];
    const timed = ({ fault, confirm_within = '3 s' }: FaultCase) => ({ at: '0 s', confirm_within, ...fault }) as z.input<typeof SingleStep>;

    for (const each of cases) {
      test(`${each.name}: takes hold, lets go, lets go twice; and by its undo alone`, async () => {
        const { stage, folder } = stageFor(`f${++n}`, timed(each));
        const fault = planned(stage);
        await openEyes(stage, fault);
        const aim = await aimed(stage, fault);
        expect(await inject(stage, fault, aim), standing.said()).toBe(true);
        const active = stage.active[0] as Stage['active'][number];
        await healOne(stage, active);
        await aim.injection.heal();
        expect(readPending(folder).pending).toEqual([]);

        const again = stageFor(`f${++n}`, timed(each));
        const second = planned(again.stage);
        const aimedAgain = await aimed(again.stage, second);
        expect(await inject(again.stage, second, aimedAgain), standing.said()).toBe(true);
        // As after a SIGKILL of the harness: nothing is left of it but the ledger.
        const { pending } = readPending(again.folder);
        if (aimedAgain.injection.undo.length > 0) expect(pending.length).toBeGreaterThan(0);
        for (const _ of [1, 2]) for (const { action } of pending) await carryOut(JSON.parse(JSON.stringify(action)));
        const left = again.stage.active[0] as Stage['active'][number];
        // Where nothing was registered the fault's own heal is all that there is (a local process that was killed is started by the run alone).
        if (pending.length === 0) await healOne(again.stage, left);
        else await healOne(again.stage, { ...left, injection: { ...left.injection, heal: () => Promise.resolve('the undo had done it') } });
      }, 120_000);

      test(`${each.name}, sabotaged by an injector that does nothing: not confirmed`, async () => {
        const { stage } = stageFor(`f${++n}`, { ...timed(each), confirm_within: '700 ms' } as z.input<typeof SingleStep>);
        const fault = planned(stage);
        await openEyes(stage, fault);
        const aim = await aimed(stage, fault);
        const idle = { ...aim, injection: { ...spread(aim.injection), inject: () => Promise.resolve('nothing') } };
        expect(await inject(stage, fault, idle)).toBe(false);
        expect(
          standing.events().filter((event) => event.k === 'fault' && event.fault === fault.name && event.state === 'unconfirmed'),
        ).toHaveLength(1);
        for (const active of stage.active) await healOne(stage, active);
      }, 60_000);

      test(`${each.name}, sabotaged by an injector that may not: the error says so, and nothing is left`, async () => {
        const { stage } = stageFor(`f${++n}`, timed(each));
        const fault = planned(stage);
        await openEyes(stage, fault);
        const aim = await aimed(stage, fault);
        const refused = { ...aim, injection: { ...spread(aim.injection), inject: () => Promise.reject(new Error('permission denied')) } };
        await expect(inject(stage, fault, refused)).rejects.toThrow('permission denied');
        for (const active of stage.active) await healOne(stage, active);
      }, 60_000);

      const { elsewhere } = each;
      if (elsewhere !== undefined)
        test(`${each.name}, sabotaged by an injector that hits something else: not confirmed`, async () => {
          const { stage } = stageFor(`f${++n}`, { ...timed(each), confirm_within: '1500 ms' } as z.input<typeof SingleStep>);
          const other = stageFor(`f${++n}`, { at: '0 s', ...elsewhere } as z.input<typeof SingleStep>);
          const fault = planned(stage);
          await openEyes(stage, fault);
          const aim = await aimed(stage, fault);
          const wrong = await aimed(other.stage, planned(other.stage));
          const misled = {
            ...aim,
            injection: {
              ...spread(aim.injection),
              undo: [...aim.injection.undo, ...wrong.injection.undo],
              inject: () => wrong.injection.inject(),
              heal: async () => `${await wrong.injection.heal()}; ${await aim.injection.heal()}`,
            },
          };
          expect(await inject(stage, fault, misled)).toBe(false);
          for (const active of stage.active) await healOne(stage, active);
          await standing.settled();
        }, 60_000);
    }
  });
}

/** Getters and methods of an injection as plain properties, so that one of them can be replaced. */
function spread(injection: Injection): Injection {
  const { prepare, sights, inject: deed, heal } = injection;
  return {
    ...(prepare === undefined ? {} : { prepare: () => prepare.call(injection) }),
    ...(sights === undefined ? {} : { sights: () => sights.call(injection) }),
    undo: injection.undo,
    inject: () => deed.call(injection),
    heal: () => heal.call(injection),
  };
}

function planOf(runtime: RuntimeName, system: z.input<typeof System>, faults: Record<string, z.input<typeof SingleStep>>): Plan {
  const [first = ''] = Object.keys(system.services);
  const text: z.input<typeof ScenarioIn> = {
    title: 'a fault alone',
    system,
    workload: { journeys: { visit: { kind: 'read', at: first, http: { path: '/' } } } },
    faults,
    objectives: { availability: { kind: 'availability', at_least: '1 %' } },
  };
  const scenario = { ...ScenarioIn.parse(text), id: 'fault-contract', file: '' };
  return makePlan(scenario, { variant: null, sabotage: null, runtime, seed: 1, policy: Policy.parse(DEFAULT_POLICY) });
}
