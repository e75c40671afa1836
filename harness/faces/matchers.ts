import { secondsOf } from '../model/quantity.ts';
import { lostWrites } from '../model/verdict.ts';
import type { PlayedRun } from './played.ts';

/** What a matcher of vitest and of Playwright returns. */
export interface Matched {
  readonly pass: boolean;
  message(): string;
}

/**
 * What tests say of a run. Each throws, negated or not, where the run came to nothing or did not measure what is asked: what has seen nothing is no green test, and no red one for the wrong reason. The text of a failure
 * is the verdict's own line, and the command that plays the run again.
 */
export const MATCHERS = {
  /** The claim held: every objective was met. */
  toHold(run: PlayedRun): Matched {
    decided(run);
    return matched(run, run.verdict.outcome === 'pass', 'hold');
  },

  /** Service came back within a time (`'10 s'`): the upper bound of every RTO that was measured lies within it. */
  toRecoverWithin(run: PlayedRun, within: string): Matched {
    decided(run);
    const limit_s = secondsOf(within);
    const promised = judged(run, 'rto', 'no RTO was measured: the scenario needs an objective of kind rto');
    const all = promised.flatMap(({ measured }) => (measured?.kind === 'rto' ? [measured] : []));
    // What came back by our own heal alone did not come back.
    const aided = promised.some(({ reason }) => reason === 'rto.only_by_heal');
    const open = all.find(({ lower_s, upper_s }) => lower_s <= limit_s && (upper_s === null || upper_s > limit_s));
    if (open !== undefined)
      throw nothing(
        run,
        `the recovery took between ${open.lower_s.toFixed(2)} s and ${open.upper_s === null ? 'nobody knows how long' : `${open.upper_s.toFixed(2)} s`}, on both sides of ${within}`,
      );
    return matched(run, !aided && all.every(({ upper_s }) => upper_s !== null && upper_s <= limit_s), `recover within ${within}`);
  },

  /** Nothing that was acknowledged was lost, altered, or came back after it was deleted. */
  toLoseNothing(run: PlayedRun): Matched {
    decided(run);
    const promised = judged(run, 'rpo', 'no loss was counted: the scenario needs an objective of kind rpo');
    // Split brains and writes of a deposed primary are losses of their own, which no count of what is missing shows.
    const lost = promised.some(
      ({ measured, reason }) => reason.startsWith('rpo.') || (measured?.kind === 'rpo' && lostWrites(measured) > 0),
    );
    return matched(run, !lost, 'lose nothing');
  },

  /** It failed, and for this reason (`'rpo.lost'`): what is said of a sabotaged twin. */
  toFailBecause(run: PlayedRun, reason: string): Matched {
    decided(run);
    const failed = run.verdict.objectives.filter(({ outcome }) => outcome === 'fail');
    return matched(
      run,
      failed.some((each) => each.reason === reason),
      `fail because of ${reason}`,
    );
  },
} as const;

/** The objectives of a kind. Throws where there is none, or one of them came to nothing though the run did not. */
function judged(run: PlayedRun, kind: 'rto' | 'rpo', without: string): PlayedRun['verdict']['objectives'] {
  const all = run.verdict.objectives.filter((objective) => objective.kind === kind && objective.measured !== null);
  if (all.length === 0) throw nothing(run, without);
  const open = all.find(({ outcome, reason }) => outcome === 'inconclusive' && !reason.endsWith('.undecided'));
  if (open !== undefined) throw nothing(run, `${open.name}: ${open.because}`);
  return all;
}

function decided(run: PlayedRun): void {
  if (run.verdict.outcome === 'inconclusive') throw nothing(run, 'it came to nothing');
}

function nothing(run: PlayedRun, why: string): Error {
  return new Error(`inconclusive: ${why}\n${story(run)}`);
}

function matched(run: PlayedRun, pass: boolean, what: string): Matched {
  return { pass, message: () => `expected it ${pass ? 'not ' : ''}to ${what}\n${story(run)}` };
}

function story({ verdict, replay, folder }: PlayedRun): string {
  return `${verdict.headline}\n${verdict.because}\nreplay: ${replay}\nreport: ${folder}/report.html`;
}
