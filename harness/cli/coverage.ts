import path from 'node:path';
import { NoCoverage } from '../coverage/measure.ts';
import { byPrinciple } from '../coverage/of-principle.ts';
import { coverageOf } from '../coverage/play.ts';
import { keepCoverage, readCoverage } from '../coverage/store.ts';
import { HISTORY } from '../evidence/history.ts';
import { catalogue } from '../gate/facts.ts';
import { digestsOf } from '../gate/record.ts';
import type { Coverage } from '../model/coverage.ts';
import { nameOf } from '../model/evidence.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { writeJson } from '../record/run-folder.ts';
import { coverageLines } from '../report/coverage-text.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { variantsOf } from '../run/plan.ts';
import { runtimeThatCounts } from '../run/runtimes-of.ts';
import { idAndVariant, oneOf, parse } from './arguments.ts';
import { chooseRuntime } from './choose-runtime.ts';
import { out } from './out.ts';
import { checkOut, play, seedOf, stopSignal } from './play.ts';

/**
 * `faultline coverage`: which parts of the services scenarios reach, before a fault, under it and after it, and which handlers no fault has ever reached. With scenarios, plays each in a run of its own and keeps what it
 * reached; without, tells by principle what is known of this state of the code. Exit 0 when something is known; 2 when nothing is, or a run came to nothing.
 */
export async function coverageCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    runtime: { type: 'string', default: 'auto' },
    seed: { type: 'string' },
    history: { type: 'string', default: HISTORY },
    out: { type: 'string', default: 'reports' },
    json: { type: 'boolean', default: false },
  });
  const runtime = oneOf('runtime', values.runtime, ['auto', 'docker', 'process']);
  const policy = await loadPolicy();
  const tell = (all: readonly Coverage[]) => {
    const principles = byPrinciple(all);
    if (values.json) out(JSON.stringify(principles, null, 2));
    else for (const line of coverageLines(principles)) out(line);
  };
  if (positionals.length === 0) {
    const { current, stale } = readCoverage(digestsOf(await catalogue(policy, values.history)), values.history);
    tell(current);
    if (stale.length > 0) process.stderr.write(`measured on another state of the code, and not counted: ${stale.join(', ')}\n`);
    if (current.length > 0) return EXIT.held;
    process.stderr.write('nothing is known of coverage; `faultline coverage SCENARIO…` measures it\n');
    return EXIT.inconclusive;
  }

  checkOut(values.out);
  const wanted = await Promise.all(
    positionals.map(async (word) => {
      const [id, variant] = idAndVariant(word, undefined);
      const scenario = await loadScenario(id);
      const variants = variant === null ? variantsOf(scenario) : [variant];
      if (scenario.system.compose !== undefined || Object.values(scenario.system.services).some(({ url }) => url !== undefined))
        throw new UsageError(`${scenario.id} breaks a system that runs already: it would have to be started with a hook of ours`);
      return variants.map((each) => ({ scenario, variant: each }));
    }),
  );
  const found: Coverage[] = [];
  const codes: number[] = [];
  for (const { scenario, variant } of wanted.flat()) {
    if (stopSignal().aborted) break;
    const chosen = await chooseRuntime(scenario, runtime);
    const name = nameOf(scenario.id, variant);
    if (chosen.why !== null) process.stderr.write(`${chosen.why}\n`);
    process.stderr.write(`\ncoverage of ${name} on ${chosen.runtime}: its times are nobody's\n`);
    const seed = seedOf(values.seed);
    let folder = '';
    try {
      const coverage = await coverageOf({
        scenario,
        variant,
        runtime: chosen.runtime,
        seed,
        policy,
        play: async (plan, between) => {
          const replay = `npx faultline coverage ${name} --runtime ${chosen.runtime} --seed ${seed}`;
          const played = await play(plan, replay, { out: values.out, json: true, keep: false, between });
          folder = played.folder;
          if (played.verdict.exit_code === EXIT.unhealed) {
            codes.push(EXIT.unhealed);
            process.stderr.write(`${name}: ${played.verdict.because}\n`);
          }
          return played;
        },
      });
      found.push(coverage);
      writeJson(path.join(folder, 'coverage.json'), coverage);
      // What another runtime reached, or what shows no claim, stands beside no evidence.
      const counts = coverage.claim !== null && coverage.runtime === runtimeThatCounts(scenario);
      process.stderr.write(
        counts
          ? `kept: ${path.relative(process.cwd(), keepCoverage(coverage, values.history))}\n`
          : `not kept beside the evidence: on ${coverage.runtime} it counts towards no claim; ${path.relative(process.cwd(), folder)}/coverage.json\n`,
      );
    } catch (error) {
      if (!(error instanceof NoCoverage)) throw error;
      process.stderr.write(`${name}: no coverage: ${error.message}\n`);
      codes.push(EXIT.inconclusive);
    }
  }
  tell(found);
  return stopSignal().aborted ? EXIT.interrupted : worstExit(codes);
}
