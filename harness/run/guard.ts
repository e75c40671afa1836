import type { PlannedGuard } from '../model/guard.ts';
import type { Progress } from '../observer/protocol.ts';
import { CutShort } from './cut-short.ts';
import { SlidingSums } from './sliding-sums.ts';
import type { Stage } from './stage.ts';

const LOOK_EVERY_MS = 50;
/** A share of fewer operations than this is none. */
const SHARE_OF_AT_LEAST = 20;

/** Does the work of a disturbance, and breaks the run off as soon as its guard trips. */
export async function guarded(stage: Stage, breakOff: (why: CutShort) => void, work: () => Promise<void>): Promise<void> {
  const { abort } = stage.plan;
  if (abort === undefined) return await work();
  const began = performance.now();
  const budget = new ErrorBudget(abort.error_budget);
  const timer = setInterval(() => {
    const why = budget.spent(stage.link.latestProgress()) ?? silent(stage, abort) ?? late(abort, (performance.now() - began) / 1000);
    if (why === null) return;
    clearInterval(timer);
    breakOff(new CutShort('aborted', `the abort guard tripped: ${why}`));
  }, LOOK_EVERY_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

/** Counts bad operations over a window that slides, from sums that only grow. */
export class ErrorBudget {
  readonly #budget: PlannedGuard['error_budget'];
  readonly #sums: SlidingSums;

  constructor(budget: PlannedGuard['error_budget']) {
    this.#budget = budget;
    this.#sums = new SlidingSums((budget?.within_s ?? 0) * 1e9);
  }

  /** Why the budget is spent, by the sums as they are now; null while it is not. The same sums twice do no harm. */
  spent(progress: Progress | null): string | null {
    const budget = this.#budget;
    if (budget === undefined || progress === null) return null;
    const slid = this.#sums.add(progress);
    if (slid === null) return null;
    const { done, bad, span_ns, whole } = slid;
    const seen = `${bad} of ${done} operations within the last ${(span_ns / 1e9).toFixed(1)} s were bad`;
    if ('operations' in budget) return bad > budget.operations ? `${seen}, more than ${budget.operations}` : null;
    // A share is only known of a whole window, or one bad answer at its beginning would be all of it.
    return whole && done >= SHARE_OF_AT_LEAST && bad > budget.share * done
      ? `${seen}, more than ${+(budget.share * 100).toFixed(3)} %`
      : null;
  }
}

function silent({ link }: Stage, { must_answer = [] }: PlannedGuard): string | null {
  const dead = must_answer.find((name) => link.watched(name)?.to === 'dead');
  return dead === undefined ? null : `${dead} must answer, and did not: ${link.watched(dead)?.how ?? ''}`;
}

function late({ after_s }: PlannedGuard, passed_s: number): string | null {
  return after_s !== undefined && passed_s > after_s
    ? `the disturbance has lasted ${passed_s.toFixed(1)} s, longer than ${after_s} s`
    : null;
}
