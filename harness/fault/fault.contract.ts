import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { FaultEvent, TimelineEvent } from '../model/event.ts';
import type { SingleStep } from '../model/fault.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { DEFAULT_POLICY, Policy } from '../model/policy.ts';
import type { RuntimeName, StandUp } from '../model/runtime.ts';
import { ScenarioIn } from '../model/scenario.ts';
import type { System } from '../model/system.ts';
import { effectsOf } from '../record/folds/effects.ts';
import type { Recording } from '../record/recording.ts';
import { readPending, UndoLedger } from '../record/undo-ledger.ts';
import { healOne } from '../run/heal-faults.ts';
import { makePlan } from '../run/plan.ts';
import { type Aimed, aimed, inject, openEyes } from '../run/play-fault.ts';
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
  /** It stays, and nothing takes it back: it is done once. */
  readonly lasting?: true;
}

/**
 * What every fault promises on a runtime: it takes hold (its effect is seen by a path that did not inject it), it lets go (that is seen, too), lets go twice, lets go by its undo alone, as data;
 * and sabotaged (an injector that does nothing, one that hits something else, one that may not) it is never confirmed. One stand-up serves all cases: each must leave it as it was.
 * `measures`: to make them ready is to measure, and what is measured must be left alone. `load`: puts load upon the system that stands, and returns what ends that; where a fault is seen in what it does to work.
 */
export function faultContract(
  runtime: RuntimeName,
  system: z.input<typeof System>,
  cases: readonly FaultCase[],
  { measures = false, load }: { readonly measures?: boolean; load?(standUp: StandUp): Promise<() => Promise<void>> } = {},
): void {
  describe(`faults on the ${runtime} runtime`, () => {
    let place: string;
    let standing: StandingStage;
    let unload: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      place = mkdtempSync(path.join(os.tmpdir(), 'faultline-faults-'));
      standing = await standStage(
        await runtimeNamed(runtime),
        place,
        planOf(runtime, system, {
          'by-itself': { fault: 'by-hand', target: Object.keys(system.services)[0] ?? '', do: '', undo: '', at: '0 s' },
        }),
      );
      unload = await load?.(standing.stage.standUp);
    }, 300_000);
    afterAll(async () => {
      await unload?.();
      await standing?.down();
      rmSync(place, { recursive: true, force: true });
    }, 60_000);

    let n = 0;
    const timed = ({ fault, confirm_within = '3 s' }: FaultCase, within = confirm_within) =>
      ({ at: '0 s', ...fault, confirm_within: within }) as Timed;

    /** A stage of its own on the same system, with its own fault and ledger, aimed and looked at; whatever becomes of it, nothing is left active for those who come after. */
    const withFault = async (text: Timed, use: (one: OneFault) => Promise<void>): Promise<void> => {
      const folder = mkdtempSync(path.join(place, 'ledger-'));
      const plan = planOf(runtime, system, { [`f${++n}`]: text });
      const stage: Stage = { ...standing.stage, plan, ledger: new UndoLedger(folder), active: [] };
      const fault = plan.faults[0] as PlannedFault;
      await openEyes(stage, fault);
      const aim = await aimed(stage, fault);
      try {
        await use({ stage, fault, aim, pending: () => readPending(folder).pending });
      } finally {
        for (const active of stage.active) await healOne(stage, active);
      }
    };
    const active = ({ stage }: Pick<OneFault, 'stage'>) => stage.active[0] as Stage['active'][number];

    // They disturb nothing, and so may run side by side.
    (measures ? describe : describe.concurrent)('what was not done is not believed', () => {
      for (const each of cases) {
        test(
          `${each.name}, sabotaged by an injector that does nothing: not confirmed`,
          () =>
            withFault(timed(each, '700 ms'), async ({ stage, fault, aim }) => {
              const idle = { ...aim, injection: { ...spread(aim.injection), inject: () => Promise.resolve('nothing') } };
              // A machine that stands still for a second looks like a service that was hit; it is well again soon, and then no judge believes it.
              if (await inject(stage, fault, idle)) await new Promise((resolve) => setTimeout(resolve, GONE_WITHIN_MS));
              else expect(standing.events().filter(ofState(fault, 'unconfirmed'))).toHaveLength(1);
              await healOne(stage, active({ stage }));
              const [effect] = effectsOf({ ...stage, events: standing.events(), lines: [] } as unknown as Recording);
              expect(effect, standing.said()).toMatchObject({ took_effect: null, missing: expect.any(String) });
            }),
          60_000,
        );

        test(
          `${each.name}, sabotaged by an injector that may not: the error says so, and nothing is left`,
          () =>
            withFault(timed(each), async ({ stage, fault, aim }) => {
              const refused = {
                ...aim,
                injection: { ...spread(aim.injection), inject: () => Promise.reject(new Error('permission denied')) },
              };
              await expect(inject(stage, fault, refused), standing.said()).rejects.toThrow('permission denied');
            }),
          60_000,
        );
      }
    });

    for (const each of cases) {
      const { elsewhere } = each;
      if (elsewhere !== undefined)
        test(
          `${each.name}, sabotaged by an injector that hits something else: not confirmed`,
          () =>
            withFault({ at: '0 s', ...elsewhere } as Timed, ({ aim: wrong }) =>
              withFault(timed(each, '1500 ms'), async ({ stage, fault, aim }) => {
                const misled = {
                  ...aim,
                  injection: {
                    ...spread(aim.injection),
                    undo: [...aim.injection.undo, ...wrong.injection.undo],
                    inject: () => wrong.injection.inject(),
                    heal: async () => `${await wrong.injection.heal()}; ${await aim.injection.heal()}`,
                  },
                };
                expect(await inject(stage, fault, misled), standing.said()).toBe(false);
                for (const left of stage.active) await healOne(stage, left);
                await standing.settled();
              }),
            ),
          60_000,
        );

      test(`${each.name}: takes hold, lets go, lets go twice; and by its undo alone`, async () => {
        await withFault(timed(each), async (one) => {
          expect(await inject(one.stage, one.fault, one.aim), standing.said()).toBe(true);
          await healOne(one.stage, active(one));
          await one.aim.injection.heal();
          expect(one.pending()).toEqual([]);
        });
        if (each.lasting === true) return;
        await withFault(timed(each), async (one) => {
          expect(await inject(one.stage, one.fault, one.aim), standing.said()).toBe(true);
          // As after a SIGKILL of the harness: nothing is left of it but the ledger.
          const pending = one.pending();
          if (one.aim.injection.undo.length > 0) expect(pending.length).toBeGreaterThan(0);
          for (const _ of [1, 2]) for (const { action } of pending) await carryOut(JSON.parse(JSON.stringify(action)));
          // Where nothing was registered the fault's own heal is all that there is (a local process that was killed is started by the run alone).
          if (pending.length > 0) {
            const { injection } = active(one);
            one.stage.active[0] = { ...active(one), injection: { ...injection, heal: () => Promise.resolve('the undo had done it') } };
          }
          await healOne(one.stage, active(one));
        });
      }, 120_000);
    }
  });
}

type Timed = z.input<typeof SingleStep>;

/** Longer than judges wait to say that a fault was gone before its heal. */
const GONE_WITHIN_MS = 3000;

function ofState(fault: PlannedFault, state: FaultEvent['state']): (event: TimelineEvent) => boolean {
  return (event) => event.k === 'fault' && event.fault === fault.name && event.state === state;
}

/** A fault on a standing system, made ready and not injected yet. */
interface OneFault {
  readonly stage: Stage;
  readonly fault: PlannedFault;
  readonly aim: Aimed;
  /** What its ledger holds that was not struck out. */
  pending(): ReturnType<typeof readPending>['pending'];
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
