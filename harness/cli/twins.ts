import path from 'node:path';
import { remembered } from '../evidence/of-runs.ts';
import { restsOn } from '../evidence/rests-on.ts';
import { keepEvidence, readEvidence } from '../evidence/store.ts';
import { keepTrend, promisedBy } from '../evidence/trend.ts';
import { type Unsteady, unsteady } from '../gate/unsteady.ts';
import { nameOf, type RunEvidence, twinName } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Sabotage, Scenario } from '../model/scenario.ts';
import type { Verdict } from '../model/verdict.ts';
import { surroundings } from '../run/environment.ts';
import { makePlan } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
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

/** One of the twins of a scenario's variant, and how often it is to be played; where chance shows a weakness, at most as often as the sabotage says. */
export interface TwinToPlay {
  readonly scenario: Scenario;
  readonly variant: string | null;
  readonly sabotage: Sabotage | null;
  readonly runtime: RuntimeName;
  readonly policy: Policy;
  readonly repeats: number;
}

/** How it is played. `history`: the folder in which evidence is kept. */
export interface TwinOptions {
  readonly seed?: string | undefined;
  readonly out: string;
  readonly json: boolean;
  readonly 'no-retry': boolean;
  readonly history: string;
}

/** Plays a twin, and keeps what it showed of a claim as evidence: unless it was cut short, or what it rests on was changed meanwhile. */
export async function playAndKeep(twin: TwinToPlay, options: TwinOptions): Promise<Twin> {
  const { scenario, variant, runtime, policy } = twin;
  const { digest } = await restsOn(scenario, variant, runtime, policy);
  const played = await playTwin(twin, options);
  if (scenario.claim === null || played.runs.length === 0) return played;
  if (runtime === 'process' && runtimesOf(scenario).includes('docker')) {
    process.stderr.write('on local processes it is a demonstration: no evidence is kept\n');
    return played;
  }
  if ((await restsOn(scenario, variant, runtime, policy)).digest !== digest) {
    process.stderr.write('what this rests on was changed while it was played: no evidence is kept\n');
    return played;
  }
  const { sabotage, wanted, within, proven, runs } = played;
  const evidence = {
    format: 1 as const,
    kind: 'faultline.evidence' as const,
    scenario: scenario.id,
    variant,
    principle: scenario.principle,
    claim: scenario.claim,
    runtime,
    digest,
    commit: surroundings().commit,
    objectives: { ...played.objectives },
    twins: [{ sabotage, wanted, within, proven, runs: runs.map(({ attempts: _, ...run }) => run) }],
  };
  const file = keepEvidence(evidence, options.history);
  if (sabotage === null)
    keepTrend(evidence, promisedBy(makePlan(scenario, { variant, sabotage: null, runtime, seed: 1, policy }).objectives), options.history);
  process.stderr.write(`kept: ${path.relative(process.cwd(), file)}\n`);
  const kept = readEvidence(options.history)
    .get(nameOf(scenario.id, variant))
    ?.twins.find((each) => each.sabotage === sabotage);
  return { ...played, unsteady: within === null ? unsteady(twinName(played), kept?.runs ?? []) : [] };
}

/** Plays a twin as often as asked. */
export async function playTwin({ scenario, variant, sabotage, runtime, policy, repeats }: TwinToPlay, values: TwinOptions): Promise<Twin> {
  const chance = sabotage !== null && typeof sabotage.shows === 'object' ? sabotage.shows.within : null;
  const most = chance ?? repeats;
  const seed = seedOf(values.seed);
  const runs: Twin['runs'][number][] = [];
  let objectives: Twin['objectives'] = {};
  for (let i = 0; i < most && !stopSignal().aborted; i++) {
    const plan: Plan = makePlan(scenario, { variant, sabotage: sabotage?.name ?? null, runtime, seed: seed + i, policy });
    process.stderr.write(
      `\n${twinName({ scenario: scenario.id, variant, sabotage: sabotage?.name ?? null })}: ${i + 1} of ${chance === null ? most : `at most ${most}`}\n`,
    );
    const began = performance.now();
    const attempts = await untilDecided(() => play(plan, replayOf(plan), { out: values.out, json: values.json, keep: false }), {
      retry: !values['no-retry'],
      signal: stopSignal(),
      told: (line) => process.stderr.write(`\n${line}\n`),
    });
    const { verdict } = attempts.at(-1) ?? attempts[0];
    runs.push({
      ...remembered(verdict, asWanted(verdict, sabotage), (performance.now() - began) / 1000 / attempts.length),
      ...(attempts.length > 1 ? { attempts: attempts.map(attemptOf), undecided: attempts.length - 1 } : {}),
    });
    objectives = Object.fromEntries(
      verdict.objectives.flatMap(({ name, kind, objective }) => (GATES.has(kind) ? [] : [[name, objective]])),
    );
    if (chance !== null && runs.at(-1)?.as_wanted === true && runs.length >= repeats) break;
  }
  const shown = runs.filter((run) => run.as_wanted).length;
  return {
    scenario: scenario.id,
    variant,
    sabotage: sabotage?.name ?? null,
    objectives,
    wanted: sabotage === null ? 'pass' : `${sabotage.objective} fails with ${sabotage.reason}`,
    within: chance,
    runs,
    shown,
    unsteady: chance === null ? unsteady(twinName({ scenario: scenario.id, variant, sabotage: sabotage?.name ?? null }), runs) : [],
    proven: chance === null ? runs.length > 0 && shown === runs.length : shown > 0,
  };
}

/** Whether a run ended as it should. Healthy: passed. Sabotaged: exactly the named objective failed, for the named reason. */
export function asWanted(verdict: Verdict, sabotage: Pick<Sabotage, 'objective' | 'reason'> | null): boolean {
  if (sabotage === null) return verdict.outcome === 'pass';
  const failed = verdict.objectives.filter((objective) => objective.outcome === 'fail');
  return (
    verdict.outcome === 'fail' &&
    failed.some((objective) => objective.name === sabotage.objective && objective.reason === sabotage.reason) &&
    failed.every((objective) => objective.name === sabotage.objective)
  );
}
