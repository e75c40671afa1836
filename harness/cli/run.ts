import path from 'node:path';
import { unsteady, unsteadyText } from '../gate/unsteady.ts';
import { nameOf, twinName } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { repeatsOf } from '../report/repeats.ts';
import { loadPolicy, loadScenario, readPlan, scenarioFiles } from '../run/load.ts';
import { makePlan, variantsOf } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
import { idAndVariant, oneOf, PLAY, parse, RETRY, wholeNumber } from './arguments.ts';
import { type Attempt, attemptLines, attemptOf, untilDecided } from './attempts.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { out } from './out.ts';
import { checkOut, type Played, play, replayOf, seedOf, stopSignal } from './play.ts';
import { asWanted } from './twins.ts';

/** `faultline run`: plays scenarios or a stored plan, each as often as asked, and again where its bounds leave it undecided; returns the worst exit code of what counts. */
export async function runCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    ...PLAY,
    ...RETRY,
    principle: { type: 'string' },
    keep: { type: 'boolean', default: false },
  });
  const asked = oneOf('runtime', values.runtime, ['auto', 'docker', 'process', 'adopted', 'compose']);
  const repeats = wholeNumber('repeat-each', values['repeat-each'], 1);
  checkOut(values.out);

  const { plans, unverified } = await plansOf(positionals, values, asked);
  for (const line of unverified) process.stderr.write(`${line}\n`);
  const played: (Played & { readonly attempts: readonly Attempt[] })[] = [];
  for (const { plan, replay } of plans) {
    for (let i = 0; i < repeats && !stopSignal().aborted; i++) {
      if (repeats > 1) process.stderr.write(`\n${nameOf(plan.scenario, plan.variant)}: ${i + 1} of ${repeats}\n`);
      const attempts = await untilDecided(() => play(plan, replay, values), {
        retry: !values['no-retry'],
        signal: stopSignal(),
        told: (line) => process.stderr.write(`\n${line}\n`),
      });
      const last = attempts.at(-1) ?? attempts[0];
      played.push({ ...last, attempts: attempts.map(attemptOf) });
    }
  }
  const codes = [
    ...played.map(({ verdict }) => verdict.exit_code),
    ...(unverified.length > 0 ? [EXIT.inconclusive] : []),
    ...(stopSignal().aborted ? [EXIT.interrupted] : []),
  ];
  const code = played.length === 0 ? worstExit([...codes, EXIT.inconclusive]) : worstExit(codes);
  const verdicts = played.map(
    ({ verdict, attempts }): Verdict => (attempts.length > 1 ? { ...verdict, attempts: [...attempts] } : verdict),
  );
  if (values.json) out(JSON.stringify(verdicts.length === 1 ? verdicts[0] : verdicts, null, 2));
  else if (played.length > 1) summary(played, code);
  else for (const line of [...attemptLines(played[0]?.attempts ?? []), ...unsteadyLines(played)]) out(line);
  return code;
}

interface Wanted {
  readonly plan: Plan;
  readonly replay: string;
}

interface Values {
  readonly principle?: string | undefined;
  readonly variant?: string | undefined;
  readonly sabotage?: string | undefined;
  readonly seed?: string | undefined;
}

/** What the words mean: a stored plan, scenarios by id or file, or all of a principle. */
async function plansOf(
  positionals: readonly string[],
  values: Values,
  asked: 'auto' | RuntimeName,
): Promise<{ plans: readonly Wanted[]; unverified: readonly string[] }> {
  const stored = positionals.filter((word) => word.endsWith('.json'));
  if (stored.length > 0) {
    if (stored.length < positionals.length || values.sabotage !== undefined || values.seed !== undefined || values.variant !== undefined)
      throw new UsageError('a stored plan says everything itself: give plan.json alone');
    return {
      plans: stored.map((file) => ({
        plan: readPlan(file),
        replay: `npx faultline run ${path.relative(process.cwd(), path.resolve(file))}`,
      })),
      unverified: [],
    };
  }
  const principle = values.principle === undefined ? null : wholeNumber('principle', values.principle, 1);
  if (positionals.length === 0 && principle === null)
    throw new UsageError([
      'run what? The scenarios are:',
      ...[...scenarioFiles().keys()].map((id) => `  ${id}`),
      'or --principle N for all of a principle',
    ]);
  const policy = await loadPolicy();
  const seed = seedOf(values.seed);
  const plans: Wanted[] = [];
  const unverified: string[] = [];
  const chosen: [Scenario, string | null][] = [];
  for (const word of positionals) {
    const [id, variant] = idAndVariant(word, values.variant);
    chosen.push([await loadScenario(id), variant]);
  }
  if (principle !== null) {
    for (const id of scenarioFiles().keys()) {
      const scenario = await loadScenario(id);
      if (scenario.principle === principle) chosen.push([scenario, values.variant ?? null]);
    }
    if (chosen.length === 0) unverified.push(`principle ${principle} is not verified: no scenario exists for it`);
  }
  for (const [scenario, variant] of chosen) {
    const { runtime, why } = await chooseRuntime(scenario, asked);
    const can = runtimesOf(scenario);
    const cannot = can.includes(runtime) ? await engineMissing(runtime) : `it runs on ${can.join(' and ') || 'no runtime'} only`;
    if (cannot !== null) {
      const line = `${scenario.id} cannot run on ${runtime}: ${cannot}`;
      if (principle === null) throw new UsageError(line);
      unverified.push(`${line}: not verified`);
      continue;
    }
    if (why !== null) process.stderr.write(`${why}\n`);
    for (const each of variant === null ? variantsOf(scenario) : [variant]) {
      const plan = makePlan(scenario, { variant: each, sabotage: values.sabotage ?? null, runtime, seed, policy });
      plans.push({ plan, replay: replayOf(plan) });
    }
  }
  return { plans, unverified };
}

async function engineMissing(runtime: RuntimeName): Promise<string | null> {
  if (runtime !== 'docker' && runtime !== 'compose') return null;
  const { engine } = await import('../runtime/docker/engine.ts');
  const found = await engine();
  return found.ok ? null : `${found.why}; ${found.what_to_do}`;
}

function summary(played: readonly (Played & { readonly attempts: readonly Attempt[] })[], code: number): void {
  out('');
  for (const { plan, verdict, attempts } of played) {
    out(`${verdict.outcome.padEnd(12)} ${nameOf(plan.scenario, plan.variant)}  ${verdict.headline}`);
    for (const line of attemptLines(attempts)) out(`  ${line}`);
  }
  const scenarios = new Set(played.map(({ plan }) => `${plan.scenario}@${plan.variant}`));
  for (const name of scenarios) {
    const own = played.filter(({ plan }) => `${plan.scenario}@${plan.variant}` === name);
    for (const line of repeatsOf(own.map(({ verdict }) => verdict))) out(`  ${line}`);
  }
  for (const line of unsteadyLines(played)) out(line);
  const passed = played.filter(({ verdict }) => verdict.outcome === 'pass').length;
  out(`${passed} of ${played.length} passed; exit ${code}`);
}

/** Scenarios that did not come to the same each time, with r of k; attempts that were undecided are runs, too. */
function unsteadyLines(played: readonly (Played & { readonly attempts: readonly Attempt[] })[]): readonly string[] {
  const twins = Map.groupBy(played, ({ plan }) => twinName({ ...plan, sabotage: plan.sabotage?.name ?? null }));
  return [...twins].flatMap(([name, own]) =>
    unsteady(
      name,
      own.map(({ plan, verdict, attempts }) => ({
        outcome: verdict.outcome,
        as_wanted: asWanted(verdict, plan.sabotage),
        undecided: attempts.length - 1,
      })),
    ).map((each) => `unsteady: ${unsteadyText(each)}`),
  );
}
