import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Environment } from '../model/environment.ts';
import type { Plan } from '../model/plan.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { Verdict } from '../model/verdict.ts';
import { digestOf } from '../record/digest.ts';
import { readPlan } from '../record/recording.ts';
import { brokenSeals, Seal } from '../record/seal.ts';
import { surroundings } from '../run/environment.ts';
import { parse, wholeNumber } from './arguments.ts';
import { out } from './out.ts';
import { checkOut, type Played, play, stopSignal } from './play.ts';

/**
 * `faultline replay DIR`: plays the stored plan of a run again, as it was, and says what is different today. Exit 0 when every repetition came to the recorded outcome for the recorded reason, 1 when
 * one did not, 2 when one that did not was inconclusive; what could not be healed or was interrupted goes before.
 */
export async function replayCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    'repeat-each': { type: 'string', default: '1' },
    out: { type: 'string', default: 'reports' },
    edited: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  const [word] = positionals;
  if (word === undefined || positionals.length > 1)
    throw new UsageError('replay takes one run folder, for example `faultline replay reports/latest`');
  const repeats = wholeNumber('repeat-each', values['repeat-each'], 1);
  const recorded = await recordedIn(path.resolve(word), values.edited);
  checkOut(values.out);
  const differences = differencesTo(recorded.environment);
  process.stderr.write(
    differences.length === 0
      ? 'on the same versions as the recorded run\n'
      : `differs from the recorded run:\n${differences.map((each) => `  ${each}\n`).join('')}`,
  );
  process.stderr.write(`recorded: ${recorded.verdict.headline}\n`);

  const replay = `npx faultline replay ${path.relative(process.cwd(), path.resolve(word)) || '.'}`;
  const played: Played[] = [];
  for (let i = 0; i < repeats && !stopSignal().aborted; i++) {
    if (repeats > 1) process.stderr.write(`\n${i + 1} of ${repeats}\n`);
    played.push(await play(recorded.plan, replay, { out: values.out, json: values.json, keep: false }));
  }
  const same = played.filter(({ verdict }) => verdict.outcome === recorded.verdict.outcome && verdict.reason === recorded.verdict.reason);
  const code = exitCode(played, same.length);
  const told = `${recorded.verdict.outcome}${recorded.verdict.reason === 'held' ? '' : ` ${recorded.verdict.reason}`}`;
  if (values.json)
    out(
      JSON.stringify(
        {
          of: recorded.verdict.run.id,
          recorded: { outcome: recorded.verdict.outcome, reason: recorded.verdict.reason },
          differences,
          reproduced: same.length,
          of_repetitions: played.length,
          exit_code: code,
          runs: played.map(({ verdict }) => ({
            id: verdict.run.id,
            outcome: verdict.outcome,
            reason: verdict.reason,
            headline: verdict.headline,
          })),
        },
        null,
        2,
      ),
    );
  else out(`\nreproduced ${same.length} of ${played.length}: ${told}; exit ${code}`);
  return code;
}

interface Recorded {
  readonly plan: Plan;
  readonly environment: Environment;
  readonly verdict: Verdict;
}

/** The plan, the surroundings and the verdict of a run's folder. Throws UsageError when something is missing, or was edited since and nobody said so. */
async function recordedIn(folder: string, edited: boolean): Promise<Recorded> {
  const plan = readPlan(folder);
  const environment = Environment.safeParse(json(folder, 'environment.json'));
  if (!environment.success)
    throw new UsageError(`${path.join(folder, 'environment.json')} is not what a run writes; replay a folder as the run left it`);
  if (!existsSync(path.join(folder, 'verdict.json')))
    throw new UsageError(
      `${folder} has no verdict.json: the run did not come to its end, so that there is nothing to reproduce; play its plan with \`faultline run ${path.join(folder, 'plan.json')}\``,
    );
  const verdict = Verdict.safeParse(json(folder, 'verdict.json'));
  if (!verdict.success)
    throw new UsageError(
      `${path.join(folder, 'verdict.json')} is not what this Faultline writes; \`faultline judge\` gives the verdict anew`,
    );
  if (!edited) {
    const seal = existsSync(path.join(folder, 'seal.json')) ? Seal.safeParse(json(folder, 'seal.json')) : null;
    const broken =
      seal?.success !== true
        ? ['there is no seal.json']
        : brokenSeals(folder, seal.data, await digestOf(path.join(folder, 'timeline.jsonl'), 0));
    if (broken.length > 0)
      throw new UsageError([`${folder} is not as its run left it: ${broken.join('; ')}`, 'if that was meant, say so with --edited']);
  }
  return { plan, environment: environment.data, verdict: verdict.data };
}

function json(folder: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  } catch (cause) {
    throw new UsageError(`${path.join(folder, name)} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** What is not as it was: the commit, the machine, versions. */
function differencesTo(then: Environment): readonly string[] {
  const today = surroundings();
  const pairs: (readonly [string, string | undefined, string | undefined])[] = [
    ['commit', then.commit, today.commit],
    ['machine', then.machine, today.machine],
    ...Object.keys(today.versions).map((name) => [name, then.versions?.[name], today.versions[name]] as const),
  ];
  return pairs.flatMap(([name, before, now]) => (before === now ? [] : [`${name}: ${before ?? 'not recorded'} → ${now ?? 'none'}`]));
}

function exitCode(played: readonly Played[], same: number): number {
  const codes = played.map(({ verdict }) => verdict.exit_code);
  const grave = codes.filter((code) => code === EXIT.unhealed || code === EXIT.usage || code === EXIT.interrupted);
  if (stopSignal().aborted || grave.length > 0) return worstExit([...grave, ...(stopSignal().aborted ? [EXIT.interrupted] : [])]);
  if (played.length > 0 && same === played.length) return EXIT.held;
  return codes.includes(EXIT.inconclusive) ? EXIT.inconclusive : EXIT.failed;
}
