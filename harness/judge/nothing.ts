import type { Reason } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';

/** Of an objective: the verdict that nothing can be said of it, for a reason. */
export function nothingOf(
  verdict: Pick<ObjectiveVerdict, 'name' | 'kind' | 'objective'>,
): (reason: Reason, because: string) => ObjectiveVerdict {
  return (reason, because) => ({ ...verdict, outcome: 'inconclusive', reason, because, measured: null, evidence: [] });
}
