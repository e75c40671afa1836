import path from 'node:path';
import { restsOn } from '../evidence/rests-on.ts';
import type { Coverage, CoveragePhase } from '../model/coverage.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { surroundings } from '../run/environment.ts';
import { makePlan } from '../run/plan.ts';
import type { RunOptions } from '../run/run-record.ts';
import type { Stage } from '../run/stage.ts';
import { Collected } from './collect.ts';
import { covered, programsOf } from './covered-plan.ts';
import { measure, NoCoverage, subjectOf } from './measure.ts';

/** What is asked for, and who plays it. */
export interface CoverageOptions {
  readonly scenario: Scenario;
  readonly variant: string | null;
  readonly runtime: RuntimeName;
  readonly seed: number;
  readonly policy: Policy;
  readonly play: (
    plan: Plan,
    between: NonNullable<RunOptions['between']>,
  ) => Promise<{ readonly folder: string; readonly verdict: Verdict }>;
}

/**
 * Plays a scenario with services that tell what they execute, and says what was reached, phase by phase. Its times are nobody's: telling costs time. Throws NoCoverage where nothing was told, where what was told
 * is of other files, where a fault was never seen to take effect or the run was cut short.
 */
export async function coverageOf({ scenario, variant, runtime, seed, policy, play }: CoverageOptions): Promise<Coverage> {
  const plain = makePlan(scenario, { variant, sabotage: null, runtime, seed, policy });
  const { digest } = await restsOn(scenario, variant, runtime, policy);
  const programs = programsOf(plain);
  let collected: Collected | null = null;
  const between = async (moment: CoveragePhase, { standUp }: Stage, folder: string) => {
    collected ??= new Collected(path.join(folder, 'coverage'));
    const instances = [...standUp.instances.values()];
    await collected.flush(
      moment,
      instances.filter(({ name }) => programs.has(name)),
    );
    if (moment === 'recovery') await collected.gather(instances);
  };
  const { folder, verdict } = await play(covered(plain), between);
  const unseen = verdict.faults.filter(({ confirmed }) => !confirmed).map(({ name }) => name);
  if (unseen.length > 0) throw new NoCoverage(`${unseen.join(', ')} was never seen to take effect: what was reached was not reached by it`);
  if (['aborted', 'interrupted', 'harness.broken', 'baseline.unhealthy'].includes(verdict.reason))
    throw new NoCoverage(`the run came to no end: ${verdict.because}`);
  const lost = (collected as Collected | null)?.lost ?? [];
  const files = await measure(path.join(folder, 'coverage'), await subjectOf(programs.values()));
  if ((await restsOn(scenario, variant, runtime, policy)).digest !== digest)
    throw new NoCoverage('what this rests on was changed while it was played: lines of one state would be laid over another');
  return {
    format: 1,
    kind: 'faultline.coverage',
    scenario: scenario.id,
    variant,
    principle: scenario.principle,
    claim: scenario.claim,
    runtime,
    run: verdict.run.id,
    at: verdict.run.started_at,
    commit: surroundings().commit,
    digest,
    services: Object.fromEntries(programs),
    files,
    lost: [...lost].sort((a, b) => (a.service < b.service ? -1 : 1)),
  };
}
