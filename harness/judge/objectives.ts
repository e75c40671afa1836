import type { Objective } from '../model/objective.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import type { Recording } from '../record/recording.ts';
import { judgeAvailability } from './availability.ts';
import { gaugePromise, judgeGauge } from './gauge.ts';
import { judgeLatency } from './latency.ts';
import { judgeRestore, restorePromise } from './restore.ts';
import { judgeRpo } from './rpo.ts';
import { judgeRto } from './rto.ts';
import { judgeSteady } from './steady.ts';

/** A judge: a pure function of a recording. */
export type Judge = (recording: Recording, objective: Objective) => ObjectiveVerdict;

/**
 * The judge of each kind of objective. To add one: its objective in `model/objective.ts`, a file here that is named as its kind, a line in this table. Evidence rests on the files of the kinds that its plans promise, and
 * not on this table: so a new kind leaves shown what was shown.
 */
export const judgeObjective: Judge = (recording, objective) => {
  switch (objective.kind) {
    case 'rto':
      return judgeRto(recording, objective);
    case 'rpo':
      return judgeRpo(recording, objective);
    case 'availability':
      return judgeAvailability(recording, objective);
    case 'steady':
      return judgeSteady(recording, objective);
    case 'latency':
      return judgeLatency(recording, objective);
    case 'gauge':
      return judgeGauge(recording, objective);
    case 'restore':
      return judgeRestore(recording, objective);
    default:
      throw new Error(`there is no judge for the promise "${(objective as { kind: string }).kind}"`);
  }
};

/** A promise as people read it. */
export function promise(objective: Objective): string {
  switch (objective.kind) {
    case 'rto':
      return `≤ ${objective.within_s} s`;
    case 'rpo':
      return `at most ${objective.at_most_writes} lost writes`;
    case 'availability':
      return `≥ ${objective.at_least * 100} % good`;
    case 'steady':
      return 'as before';
    case 'latency':
      return `p95 ≤ ×${objective.at_most_times}`;
    case 'gauge':
      return gaugePromise(objective);
    case 'restore':
      return restorePromise(objective);
    default:
      return (objective as { kind: string }).kind;
  }
}
