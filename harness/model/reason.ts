import { z } from 'zod';

/**
 * Why a verdict is what it is: a closed code, so that a gate, a sabotage and a report can compare by equality.
 * `rto.*`, `rpo.*`, `restore.*` and `availability.*` say which promise broke; `evidence.*`, `baseline.*` and `recording.*` say what was
 * missing, and never come with a pass.
 */
export const REASONS = [
  'held',
  'rto.over',
  'rto.late_death',
  'rto.only_by_heal',
  'rto.undecided',
  'rpo.lost',
  'rpo.altered',
  'rpo.undeleted',
  'rpo.zombie',
  'rpo.split_brain',
  'rpo.undecided',
  'availability.under',
  'availability.undecided',
  'steady.worse',
  'steady.undecided',
  'latency.over',
  'latency.undecided',
  'gauge.beyond',
  'restore.nothing',
  'restore.damaged',
  'restore.too_old',
  'restore.unexpected',
  'restore.undecided',
  'evidence.no_objectives',
  'evidence.no_operations',
  'evidence.no_fault',
  'evidence.fault_unconfirmed',
  'evidence.wrong_target',
  'evidence.unseen',
  'evidence.window_cut',
  'evidence.floor',
  'evidence.no_final_read',
  'evidence.harness_stalled',
  'baseline.unhealthy',
  'recording.truncated',
  'recording.altered',
  'recording.malformed',
  'judge.threw',
  'heal.stuck',
  'aborted',
  'interrupted',
  'harness.broken',
] as const;

/** @see REASONS */
export const Reason = z.enum(REASONS);
export type Reason = z.infer<typeof Reason>;

/** What a judge may conclude. */
export const Outcome = z.enum(['pass', 'fail', 'inconclusive']);
export type Outcome = z.infer<typeof Outcome>;

/** Process exit codes, one per blame. */
export const EXIT = { held: 0, failed: 1, inconclusive: 2, usage: 3, unhealed: 4, interrupted: 130 } as const;

/** The code that several results end in together: the worst, in the order 4, 130, 3, 1, 2, 0: what could not be healed needs a person, whatever else happened. */
export function worstExit(codes: readonly number[]): number {
  return [EXIT.unhealed, EXIT.interrupted, EXIT.usage, EXIT.failed, EXIT.inconclusive].find((code) => codes.includes(code)) ?? EXIT.held;
}

/** The code for one outcome. */
export function exitFor(outcome: Outcome): number {
  return { pass: EXIT.held, fail: EXIT.failed, inconclusive: EXIT.inconclusive }[outcome];
}
