import type { Outcome, Reason } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';

type About = Pick<ObjectiveVerdict, 'name' | 'kind' | 'objective'>;

/** Of an objective of which something was measured: the verdict, for a reason. */
export function concluding(
  about: About,
  measured: ObjectiveVerdict['measured'],
  evidence: ObjectiveVerdict['evidence'],
): (outcome: Outcome, reason: Reason, because: string) => ObjectiveVerdict {
  return (outcome, reason, because) => ({ ...about, outcome, reason, because, measured, evidence });
}

/** Of an objective: the verdict that nothing can be said of it, for a reason. */
export function nothingOf(about: About): (reason: Reason, because: string) => ObjectiveVerdict {
  const conclude = concluding(about, null, []);
  return (reason, because) => conclude('inconclusive', reason, because);
}
