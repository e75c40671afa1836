import path from 'node:path';
import { HISTORY } from '../evidence/history.ts';
import { unsteadyText } from '../gate/unsteady.ts';
import { nameOf, twinName } from '../model/evidence.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { writeJson } from '../record/run-folder.ts';
import { checkClaim, loadPolicy, loadScenario } from '../run/load.ts';
import { sabotagesOf, variantsOf } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
import { idAndVariant, oneOf, PLAY, parse, RETRY, wholeNumber } from './arguments.ts';
import { attemptLines } from './attempts.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { out } from './out.ts';
import { checkHistory, checkOut, stopSignal } from './play.ts';
import { playAndKeep, type Twin } from './twins.ts';

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
  const policy = await loadPolicy();
  checkClaim(scenario, policy);
  const repeats = wholeNumber('repeat-each', values['repeat-each'], 1);
  checkOut(values.out);
  const { runtime, why } = await chooseRuntime(
    scenario,
    oneOf('runtime', values.runtime, ['auto', 'docker', 'process', 'adopted', 'compose']),
  );
  if (!runtimesOf(scenario).includes(runtime))
    throw new UsageError(`${scenario.id} cannot run on ${runtime}: it runs on ${runtimesOf(scenario).join(' and ')} only`);
  if (why !== null) process.stderr.write(`${why}\n`);

  const variants = wantedVariant === null ? variantsOf(scenario) : [wantedVariant];
  if (scenario.claim !== null)
    checkHistory(
      values.history,
      variants.map((variant) => nameOf(scenario.id, variant)),
    );
  const twins: Twin[] = [];
  for (const variant of variants) {
    const sabotages = sabotagesOf(scenario, variant).filter(
      (sabotage) => values.sabotage === undefined || sabotage.name === values.sabotage,
    );
    if (values.sabotage !== undefined && sabotages.length === 0)
      throw new UsageError(`${nameOf(scenario.id, variant)} has no sabotage "${values.sabotage}"`);
    // With one sabotage named, only that twin is played: the healthy one has its own evidence.
    for (const sabotage of values.sabotage === undefined ? [null, ...sabotages] : sabotages)
      twins.push(await playAndKeep({ scenario, variant, sabotage, runtime, policy, repeats }, values));
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
  else table(twins, code, policy.gate.plays);
  return code;
}

function codeOf(twin: Twin): number {
  if (twin.proven) return EXIT.held;
  // Where every run that disagrees was inconclusive, nothing is disproved.
  const against = twin.runs.filter((run) => !run.as_wanted);
  return against.every((run) => run.outcome === 'inconclusive') ? EXIT.inconclusive : EXIT.failed;
}

function table(twins: readonly Twin[], code: number, plays: number): void {
  out('');
  for (const twin of twins) {
    out(`${twin.proven ? 'as it should' : 'NOT as it should'}: ${twinName(twin)}: ${twin.wanted}, ${twin.shown} of ${twin.runs.length}`);
    for (const run of twin.runs) {
      out(`    ${run.as_wanted ? '·' : '✗'} ${run.headline}`);
      for (const line of attemptLines(run.attempts ?? [])) out(`        ${line}`);
    }
  }
  for (const each of twins.flatMap((twin) => twin.unsteady)) out(`unsteady: ${unsteadyText(each)}`);
  out(code === EXIT.held ? `${shownBy(twins, plays)}; exit 0` : `not proven; exit ${code}`);
}

/** `plays`: how often the policy wants each sabotage to have failed. */
function shownBy(twins: readonly Twin[], plays: number): string {
  const healthy = twins.some(({ sabotage }) => sabotage === null);
  const sabotaged = twins.some(({ sabotage }) => sabotage !== null);
  if (!healthy) return 'the sabotage failed as named; the healthy system was not played';
  const fewer = twins.some(({ sabotage, within, runs }) => sabotage !== null && within === null && runs.length < plays);
  return sabotaged
    ? fewer
      ? `as it should: the healthy system held, and each sabotage failed as named; a gate says proven after ${plays} plays of each on this code`
      : 'proven: the healthy system held, and each sabotage failed as named'
    : 'held: there is no sabotage here, so that nothing shows that it could have failed';
}
