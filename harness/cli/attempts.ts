import path from 'node:path';
import { EXIT } from '../model/reason.ts';
import type { Verdict } from '../model/verdict.ts';

/** The first, and two more. */
export const MOST_ATTEMPTS = 3;

/** An attempt as it is reported. */
export type Attempt = NonNullable<Verdict['attempts']>[number];

/**
 * Plays, and plays again while what was measured lies on both sides of a promise (`*.undecided`): at most twice, and every attempt is kept, the last one last. It is what counts. Nothing else is ever
 * played again: no failure, nothing that was not seen, nothing that could not be healed. `told`: hears of each attempt that is not the last.
 */
export async function untilDecided<T extends { readonly folder: string; readonly verdict: Verdict }>(
  play: () => Promise<T>,
  options: { readonly retry: boolean; readonly signal: AbortSignal; readonly told: (line: string) => void },
): Promise<readonly [T, ...T[]]> {
  const attempts: [T, ...T[]] = [await play()];
  for (let last = attempts[0]; options.retry && attempts.length < MOST_ATTEMPTS && isUndecided(last.verdict) && !options.signal.aborted; ) {
    const { id, folder } = attemptOf(last);
    options.told(`undecided (${last.verdict.reason}), attempt ${attempts.length} of at most ${MOST_ATTEMPTS}, ${folder || id}: run again`);
    last = await play();
    attempts.push(last);
  }
  return attempts;
}

/** Whether a verdict is open only because bounds lie on both sides of what was promised: then, and only then, another run may tell. */
export function isUndecided({ outcome, exit_code, reason, objectives }: Verdict): boolean {
  const open = objectives.filter((each) => each.outcome !== 'pass');
  const between = (word: string) => word.endsWith('.undecided');
  return (
    outcome === 'inconclusive' &&
    exit_code === EXIT.inconclusive &&
    between(reason) &&
    open.every((each) => each.outcome === 'inconclusive' && between(each.reason))
  );
}

/** What is said of an attempt. */
export function attemptOf({ folder, verdict }: { readonly folder: string; readonly verdict: Verdict }): Attempt {
  const { run, outcome, reason, headline } = verdict;
  return { id: run.id, folder, outcome, reason, headline };
}

/** The attempts of a run in lines, where it took more than one. */
export function attemptLines(attempts: readonly Attempt[]): readonly string[] {
  if (attempts.length < 2) return [];
  return attempts.map(
    ({ folder, headline }, i) => `attempt ${i + 1} of ${attempts.length}  ${path.relative(process.cwd(), folder) || folder}  ${headline}`,
  );
}
