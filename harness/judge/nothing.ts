import type { Reason } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';

/** Of an objective: the verdict that nothing can be said of it, for a reason; `measured` is what was, all the same. */
export function nothingOf<M extends ObjectiveVerdict['measured'] = null>(
  verdict: Pick<ObjectiveVerdict, 'name' | 'kind' | 'objective'>,
): (reason: Reason, because: string, measured?: M) => ObjectiveVerdict {
  return (reason, because, measured) => ({
    ...verdict,
    outcome: 'inconclusive',
    reason,
    because,
    measured: measured ?? null,
    evidence: [],
  });
}
