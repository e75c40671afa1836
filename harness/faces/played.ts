import path from 'node:path';
import { chooseRuntime } from '../cli/choose-runtime.ts';
import { replayOf, seedOf } from '../cli/play.ts';
import type { Plan } from '../model/plan.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { ScenarioText } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { keptDisplay } from '../report/kept-display.ts';
import { loadPolicy, loadScenario, scenarioFrom } from '../run/load.ts';
import { makePlan, variantsOf } from '../run/plan.ts';
import { run } from '../run/run.ts';

/** How a scenario is played by a test. Without a seed a new one is drawn; the replay line of a failure has it. */
export interface PlayWith {
  readonly variant?: string;
  readonly sabotage?: string;
  readonly runtime?: 'auto' | RuntimeName;
  readonly seed?: number;
  /** Where run folders go (reports). */
  readonly out?: string;
}

/** A run that a test played: what it came to, where it lies, and the command that plays it again. */
export interface PlayedRun {
  readonly verdict: Verdict;
  readonly folder: string;
  readonly replay: string;
  /** What a person would have seen while it ran. */
  readonly said: readonly string[];
}

/** Plays a scenario: by its id, the path of its file, or as it is written. Rejects with a UsageError where it is none; never because of what it came to. `signal` ends it early: it heals, cleans up and is inconclusive. */
export async function playScenario(
  what: string | ScenarioText,
  how: PlayWith = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<PlayedRun> {
  const scenario = typeof what === 'string' ? await loadScenario(what) : scenarioFrom(what);
  const { runtime } = await chooseRuntime(scenario, how.runtime ?? 'auto');
  const plan: Plan = makePlan(scenario, {
    variant: how.variant ?? variantsOf(scenario)[0] ?? null,
    sabotage: how.sabotage ?? null,
    runtime,
    seed: how.seed ?? seedOf(undefined),
    policy: await loadPolicy(),
  });
  const said: string[] = [];
  const replay = replayOf(plan);
  const { folder, verdict } = await run(plan, {
    out: path.resolve(how.out ?? 'reports'),
    keep: false,
    replay,
    display: keptDisplay(said),
    signal,
  });
  return { verdict, folder, replay, said };
}
