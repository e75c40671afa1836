import path from 'node:path';
import { remembered } from '../evidence/of-runs.ts';
import { restsOn } from '../evidence/rests-on.ts';
import { HISTORY, keepEvidence } from '../evidence/store.ts';
import type { RunEvidence } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Sabotage, Scenario } from '../model/scenario.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { writeJson } from '../record/run-folder.ts';
import { surroundings } from '../run/environment.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { makePlan, sabotagesOf, variantsOf } from '../run/plan.ts';
import { idAndVariant, oneOf, PLAY, parse, RETRY, wholeNumber } from './arguments.ts';
import { type Attempt, attemptLines, attemptOf, untilDecided } from './attempts.ts';
import { chooseRuntime, runtimesOf } from './choose-runtime.ts';
import { out } from './out.ts';
import { checkOut, play, replayOf, seedOf, stopSignal } from './play.ts';

/** What every run must meet, and no scenario promises. */
const GATES: ReadonlySet<string> = new Set(['effect', 'load', 'baseline', 'recording']);

/** One twin, played some times. `shown`: how often it ended as it should. */
interface Twin {
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
  readonly proven: boolean;
}

/**
 * `faultline prove`: plays the healthy system and each of its sabotaged twins. Exit 0 when every healthy run passed and every sabotage failed on the named objective
 * for the named reason: each time, or, where chance shows it, once within so many repetitions. An inconclusive run proves nothing: exit 2. What it showed of a claim is kept as evidence, with the digest of
 * all that it rests on.
 */
export async function proveCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, { ...PLAY, ...RETRY, history: { type: 'string', default: HISTORY } });
  const [word] = positionals;
  if (word === undefined || positionals.length > 1) throw new UsageError('prove takes one scenario; `faultline list` shows them');
  const [id, wantedVariant] = idAndVariant(word, values.variant);
  const scenario = await loadScenario(id);
  const repeats = wholeNumber('repeat-each', values['repeat-each'], 1);
  checkOut(values.out);
  const { runtime, why } = await chooseRuntime(
    scenario,
    oneOf('runtime', values.runtime, ['auto', 'docker', 'process', 'adopted', 'compose']),
  );
  if (!runtimesOf(scenario).includes(runtime))
    throw new UsageError(`${scenario.id} cannot run on ${runtime}: it runs on ${runtimesOf(scenario).join(' and ')} only`);
  if (why !== null) process.stderr.write(`${why}\n`);

  const policy = await loadPolicy();
  const twins: Twin[] = [];
  for (const variant of wantedVariant === null ? variantsOf(scenario) : [wantedVariant]) {
    const sabotages = sabotagesOf(scenario, variant).filter(
      (sabotage) => values.sabotage === undefined || sabotage.name === values.sabotage,
    );
    if (values.sabotage !== undefined && sabotages.length === 0)
      throw new UsageError(`${scenario.id}${variant === null ? '' : `@${variant}`} has no sabotage "${values.sabotage}"`);
    // With one sabotage named, only that twin is played: the healthy one has its own evidence.
    const own: Twin[] = [];
    const { digest } = await restsOn(scenario, variant, runtime, policy);
    for (const sabotage of values.sabotage === undefined ? [null, ...sabotages] : sabotages)
      own.push(await playTwin(scenario, variant, sabotage, repeats, runtime, policy, values));
    twins.push(...own);
    // The code that was changed meanwhile is not what was played.
    if ((await restsOn(scenario, variant, runtime, policy)).digest !== digest)
      process.stderr.write('what this rests on was changed while it was played: no evidence is kept\n');
    else if (scenario.claim !== null && !stopSignal().aborted) {
      const file = keepEvidence(
        {
          format: 1,
          kind: 'faultline.evidence',
          scenario: scenario.id,
          variant,
          principle: scenario.principle,
          claim: scenario.claim,
          runtime,
          digest,
          commit: surroundings().commit,
          objectives: own[0]?.objectives ?? {},
          twins: own.map(({ sabotage, wanted, proven, runs }) => ({
            sabotage,
            wanted,
            proven,
            runs: runs.map(({ attempts: _, ...run }) => run),
          })),
        },
        values.history,
      );
      process.stderr.write(`kept: ${path.relative(process.cwd(), file)}\n`);
    }
  }
  const code = stopSignal().aborted ? EXIT.interrupted : worstExit(twins.map(codeOf));
  writeJson(path.join(values.out, `prove-${scenario.id}.json`), {
    format: 1,
    scenario: scenario.id,
    claim: scenario.claim,
    runtime,
    at: new Date().toISOString(),
    exit_code: code,
    twins,
  });
  if (values.json) out(JSON.stringify({ scenario: scenario.id, exit_code: code, twins }, null, 2));
  else table(twins, code);
  return code;
}

async function playTwin(
  scenario: Scenario,
  variant: string | null,
  sabotage: Sabotage | null,
  repeats: number,
  runtime: RuntimeName,
  policy: Policy,
  values: { readonly seed?: string | undefined; readonly out: string; readonly json: boolean; readonly 'no-retry': boolean },
): Promise<Twin> {
  const chance = sabotage !== null && typeof sabotage.shows === 'object' ? sabotage.shows.within : null;
  const most = chance ?? repeats;
  const seed = seedOf(values.seed);
  const runs: Twin['runs'][number][] = [];
  let objectives: Twin['objectives'] = {};
  for (let i = 0; i < most && !stopSignal().aborted; i++) {
    const plan: Plan = makePlan(scenario, { variant, sabotage: sabotage?.name ?? null, runtime, seed: seed + i, policy });
    process.stderr.write(
      `\n${label(scenario.id, variant, sabotage?.name ?? null)}: ${i + 1} of ${chance === null ? most : `at most ${most}`}\n`,
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
      ...(attempts.length > 1 ? { attempts: attempts.map(attemptOf) } : {}),
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
    runs,
    shown,
    proven: chance === null ? runs.length > 0 && shown === runs.length : shown > 0,
  };
}

/** Healthy: passed. Sabotaged: exactly the named objective failed, for the named reason. */
function asWanted(verdict: Verdict, sabotage: Sabotage | null): boolean {
  if (sabotage === null) return verdict.outcome === 'pass';
  const failed = verdict.objectives.filter((objective) => objective.outcome === 'fail');
  return (
    verdict.outcome === 'fail' &&
    failed.some((objective) => objective.name === sabotage.objective && objective.reason === sabotage.reason) &&
    failed.every((objective) => objective.name === sabotage.objective)
  );
}

function codeOf(twin: Twin): number {
  if (twin.proven) return EXIT.held;
  // Where every run that disagrees was inconclusive, nothing is disproved.
  const against = twin.runs.filter((run) => !run.as_wanted);
  return against.every((run) => run.outcome === 'inconclusive') ? EXIT.inconclusive : EXIT.failed;
}

function label(id: string, variant: string | null, sabotage: string | null): string {
  return `${id}${variant === null ? '' : `@${variant}`}${sabotage === null ? '' : ` with ${sabotage}`}`;
}

function table(twins: readonly Twin[], code: number): void {
  out('');
  for (const twin of twins) {
    out(
      `${twin.proven ? 'as it should' : 'NOT as it should'}: ${label(twin.scenario, twin.variant, twin.sabotage)}: ${twin.wanted}, ${twin.shown} of ${twin.runs.length}`,
    );
    for (const run of twin.runs) {
      out(`    ${run.as_wanted ? '·' : '✗'} ${run.headline}`);
      for (const line of attemptLines(run.attempts ?? [])) out(`        ${line}`);
    }
  }
  out(code === EXIT.held ? 'proven: the healthy system held, and each sabotage failed as named; exit 0' : `not proven; exit ${code}`);
}
