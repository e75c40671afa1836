import path from 'node:path';
import { readOne } from '../evidence/history.ts';
import { remembered } from '../evidence/of-runs.ts';
import { restsOn } from '../evidence/rests-on.ts';
import { EVIDENCE, keepEvidence } from '../evidence/store.ts';
import { keepTrend, promisedBy } from '../evidence/trend.ts';
import { type Unsteady, unsteady } from '../gate/unsteady.ts';
import { isDecided, type RunEvidence, twinName } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import { EXIT } from '../model/reason.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Sabotage, Scenario } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { surroundings } from '../run/environment.ts';
import { chanceOf, makePlan } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
import type { SharedSystems } from '../run/shared-systems.ts';
import { type Attempt, attemptOf, untilDecided } from './attempts.ts';
import { play, replayOf, seedOf, stopSignal } from './play.ts';

/** What every run must meet, and no scenario promises. */
const GATES: ReadonlySet<string> = new Set(['effect', 'load', 'marks', 'baseline', 'recording']);

/** One twin, played some times. `shown`: how often it ended as it should. */
export interface Twin {
  readonly scenario: string;
  readonly variant: string | null;
  readonly sabotage: string | null;
  readonly wanted: string;
  readonly objectives: Readonly<Record<string, string>>;
  readonly runs: readonly (RunEvidence & {
    /** Every attempt, where it took more than one; the last counts. */
    readonly attempts?: readonly Attempt[];
  })[];
  readonly shown: number;
  /** Where it did not come to the same each time: here, or, where evidence of it is kept, on this code. */
  readonly unsteady: readonly Unsteady[];
  readonly within: number | null;
  readonly proven: boolean;
}

/** One of the twins of a scenario's variant, and how often it is to be played; where chance shows a weakness, at most as often as the sabotage says. `before`: runs of it that count towards that already. */
export interface TwinToPlay {
  readonly scenario: Scenario;
  readonly variant: string | null;
  readonly sabotage: Sabotage | null;
  readonly runtime: RuntimeName;
  readonly policy: Policy;
  readonly repeats: number;
  readonly before?: readonly RunEvidence[];
  /** No more is played of it when a run came to something else than it should, which no other takes off the record. */
  readonly until_it_is_decided?: boolean;
}

/** How it is played. `history`: the folder in which evidence is kept. */
export interface TwinOptions {
  readonly seed?: string | undefined;
  readonly out: string;
  readonly json: boolean;
  readonly 'no-retry': boolean;
  readonly history: string;
  /** Systems that other twins may have left standing. */
  readonly shared?: SharedSystems;
}

/**
 * Plays a twin, and keeps what each run of it showed of a claim as evidence, as soon as it is over: unless it was interrupted, or what it rests on was changed meanwhile. `told`: hears of each run, when it is kept.
 * Throws NotKept where it cannot be.
 */
export async function playAndKeep(
  twin: TwinToPlay,
  options: TwinOptions,
  told: (run: RunEvidence) => void = () => undefined,
): Promise<Twin> {
  const { scenario, variant, runtime, policy } = twin;
  const { digest } = await restsOn(scenario, variant, runtime, policy);
  const demonstration = runtime === 'process' && runtimesOf(scenario).includes('docker');
  if (demonstration && scenario.claim !== null) process.stderr.write('on local processes it is a demonstration: no evidence is kept\n');
  const played = await playTwin(twin, options, async (run, about) => {
    if (scenario.claim !== null && !demonstration && run.exit_code !== EXIT.interrupted) {
      if ((await restsOn(scenario, variant, runtime, policy)).digest === digest)
        keepRun(twin, { claim: scenario.claim, digest, run, about }, options.history);
      else process.stderr.write('what this rests on was changed while it was played: no evidence is kept\n');
    }
    told(run);
  });
  // What is kept on this code counts, too, whoever played it.
  const kept = readOne(EVIDENCE, { scenario: scenario.id, variant }, options.history)?.twins.find(
    (each) => each.sabotage === played.sabotage,
  );
  return played.within === null && kept !== undefined ? { ...played, unsteady: unsteady(twinName(played), kept.runs) } : played;
}

/** What is said of a twin with each of its runs. */
type About = Pick<Twin, 'sabotage' | 'wanted' | 'within' | 'objectives'>;

function keepRun(
  { scenario, variant, runtime, policy }: TwinToPlay,
  { claim, digest, run, about }: { readonly claim: string; readonly digest: string; readonly run: RunEvidence; readonly about: About },
  history: string,
): void {
  const { sabotage, wanted, within, objectives } = about;
  const evidence = {
    format: 1 as const,
    kind: 'faultline.evidence' as const,
    scenario: scenario.id,
    variant,
    principle: scenario.principle,
    claim,
    runtime,
    digest,
    commit: surroundings().commit,
    objectives: { ...objectives },
    twins: [{ sabotage, wanted, within, proven: run.as_wanted, runs: [run] }],
  };
  const file = keepEvidence(evidence, history);
  if (sabotage === null)
    keepTrend(evidence, promisedBy(makePlan(scenario, { variant, sabotage: null, runtime, seed: 1, policy }).objectives), history);
  process.stderr.write(`kept: ${path.relative(process.cwd(), file)}\n`);
}

/** How many runs of a twin are still to be played, at most, after some; where chance shows a weakness it may take fewer. */
export function runsLeft(
  { sabotage, repeats, until_it_is_decided = false }: Pick<TwinToPlay, 'sabotage' | 'repeats' | 'until_it_is_decided'>,
  runs: readonly Pick<RunEvidence, 'as_wanted' | 'outcome'>[],
): number {
  const chance = chanceOf(sabotage);
  if (until_it_is_decided && chance === null && runs.some((run) => !run.as_wanted && isDecided(run))) return 0;
  if (chance !== null && runs.length >= repeats && runs.some((run) => run.as_wanted)) return 0;
  return Math.max(0, (chance ?? repeats) - runs.length);
}

/** Plays a twin as often as asked. `each`: is called after every run. */
export async function playTwin(
  { scenario, variant, sabotage, runtime, policy, repeats, before = [], until_it_is_decided = false }: TwinToPlay,
  values: TwinOptions,
  each: (run: RunEvidence, about: About) => Promise<void> | void,
): Promise<Twin> {
  const chance = chanceOf(sabotage);
  const most = chance ?? repeats;
  const seed = seedOf(values.seed);
  const runs: Twin['runs'][number][] = [];
  const about = {
    sabotage: sabotage?.name ?? null,
    wanted: sabotage === null ? 'pass' : named(sabotage),
    within: chance,
  };
  let objectives: Twin['objectives'] = {};
  while (runsLeft({ sabotage, repeats, until_it_is_decided }, [...before, ...runs]) > 0 && !stopSignal().aborted) {
    const i = before.length + runs.length;
    const plan: Plan = makePlan(scenario, { variant, sabotage: about.sabotage, runtime, seed: seed + i, policy });
    process.stderr.write(
      `\n${twinName({ scenario: scenario.id, variant, sabotage: about.sabotage })}: ${i + 1} of ${chance === null ? most : `at most ${most}`}\n`,
    );
    const began = performance.now();
    const { out, json, shared } = values;
    const options = { out, json, keep: false, ...(shared === undefined ? {} : { shared }) };
    const attempts = await untilDecided(() => play(plan, replayOf(plan), options), {
      retry: !values['no-retry'],
      signal: stopSignal(),
      told: (line) => process.stderr.write(`\n${line}\n`),
    });
    const { verdict } = attempts.at(-1) ?? attempts[0];
    const run = {
      ...remembered(verdict, asWanted(verdict, sabotage), (performance.now() - began) / 1000 / attempts.length),
      ...(attempts.length > 1 ? { undecided: attempts.length - 1 } : {}),
    };
    runs.push({ ...run, ...(attempts.length > 1 ? { attempts: attempts.map(attemptOf) } : {}) });
    objectives = Object.fromEntries(
      verdict.objectives.flatMap(({ name, kind, objective }) => (GATES.has(kind) ? [] : [[name, objective]])),
    );
    await each(run, { ...about, objectives });
  }
  const shown = runs.filter((run) => run.as_wanted).length;
  return {
    ...about,
    scenario: scenario.id,
    variant,
    objectives,
    runs,
    shown,
    unsteady: chance === null ? unsteady(twinName({ scenario: scenario.id, variant, sabotage: sabotage?.name ?? null }), runs) : [],
    proven: chance === null ? runs.length > 0 && shown === runs.length : shown > 0,
  };
}

type Named = Pick<Sabotage, 'objective' | 'reason' | 'takes_along'>;

function named({ objective, reason, takes_along = [] }: Named): string {
  return `${objective} fails with ${reason}${takes_along.length === 0 ? '' : ` (${takes_along.join(', ')} may fall with it)`}`;
}

/** Whether a run ended as it should. Healthy: passed. Sabotaged: the named objective failed, for the named reason, and no other than those that may fall with it. */
export function asWanted(verdict: Verdict, sabotage: Named | null): boolean {
  if (sabotage === null) return verdict.outcome === 'pass';
  const failed = verdict.objectives.filter((objective) => objective.outcome === 'fail');
  return (
    verdict.outcome === 'fail' &&
    failed.some((objective) => objective.name === sabotage.objective && objective.reason === sabotage.reason) &&
    failed.every(({ name }) => name === sabotage.objective || sabotage.takes_along?.includes(name))
  );
}
