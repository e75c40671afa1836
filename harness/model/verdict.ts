import { z } from 'zod';
import { Outcome, Reason } from './reason.ts';

const s = z.number();
const bracket = z.tuple([s, s]).nullable();

/** What an RTO judge measured, in seconds. `upper_s` is null when `censored` (never recovered while we looked): then `lower_s` is all that is known. */
export const RtoMeasured = z.strictObject({
  kind: z.literal('rto'),
  lower_s: s,
  upper_s: s.nullable(),
  censored: z.boolean(),
  recovers: z.enum(['unaided', 'after_heal']),
  predicted_s: z.tuple([s, s]).nullable(),
  finding: z.string().optional().describe('where all of the measured lies outside of the predicted; no failure by itself'),
  journey: z.string().describe('the stream that was worst: journey/connection'),
  streams: z.array(z.strictObject({ stream: z.string(), lower_s: s, upper_s: s.nullable(), episodes: z.number().int() })),
});
/**
 * What an RPO judge counted, in writes; `seconds` and `reaches_back_s` are null when nothing was lost. `lost_ids`: the first 1,000; all are in lost.txt. `deleted`: deletions that were acknowledged;
 * `undeleted`: found all the same. For restores: `lost_before` and `lost_after` were acknowledged before and after the fault took effect; `damage_left` is what the store holds and should not
 * (altered, undeleted, phantom); `reaches_back_s` is how far before the fault the store's state lies: from the fault back to the first lost acknowledgement, and to the last write before it that is kept.
 */
export const RpoMeasured = z.strictObject({
  kind: z.literal('rpo'),
  acknowledged: z.number().int(),
  indeterminate: z.number().int(),
  failed: z.number().int(),
  found: z.number().int(),
  lost: z.number().int(),
  lost_before: z.number().int(),
  lost_after: z.number().int(),
  altered: z.number().int(),
  deleted: z.number().int(),
  undeleted: z.number().int(),
  damage_left: z.number().int(),
  recovered: z.number().int(),
  phantom: z.number().int(),
  resurrected: z.number().int(),
  duplicated: z.number().int(),
  misordered: z.number().int(),
  zombie: z.number().int(),
  split_brain: z.number().int(),
  seconds: s.nullable(),
  reaches_back_s: z.tuple([s, s.nullable()]).nullable(),
  lost_ids: z.array(z.string()),
  stores: z.array(
    z.strictObject({
      store: z.string(),
      role: z.enum(['authority', 'member']),
      found: z.number().int(),
      lost: z.number().int(),
      altered: z.number().int(),
      undeleted: z.number().int(),
    }),
  ),
});
/** Writes that did not survive as they were acknowledged: lost, altered, or there again after they were deleted. */
export function lostWrites({ lost, altered, undeleted }: z.infer<typeof RpoMeasured>): number {
  return lost + altered + undeleted;
}
/**
 * Whether service came back to what it was: the worst stream's differences from its own baseline, each with its one-sided 95 % bound. `good_change`: ratio of good ones, after minus before;
 * `goodput` and `latency_p95`: after divided by before; null where the stream cannot tell. `drift`: how much good falls over the time watched, by a fitted line; `drifts`: that of
 * all three (answers and latency as shares of before) with its one-sided 95 % bound.
 */
export const SteadyMeasured = z.strictObject({
  kind: z.literal('steady'),
  stream: z.string(),
  good_change: z.strictObject({ seen: s, at_least: s }).nullable(),
  goodput: z.strictObject({ seen: s, at_least: s }).nullable(),
  latency_p95: z.strictObject({ seen: s, at_most: s }).nullable(),
  drift: s.nullable(),
  drifts: z
    .strictObject({
      good: z.strictObject({ seen: s, at_least: s }).optional(),
      goodput: z.strictObject({ seen: s, at_least: s }).optional(),
      latency_p95: z.strictObject({ seen: s, at_most: s }).optional(),
    })
    .optional(),
  windows: z.strictObject({ before: z.number().int(), after: z.number().int(), length_s: s }),
});
/** How much slower the worst stream was while the fault was on: its 95th percentile divided by that of before, with one-sided 95 % bounds; null where nothing can be compared. */
export const LatencyMeasured = z.strictObject({
  kind: z.literal('latency'),
  stream: z.string(),
  p95_times: z.strictObject({ seen: s, at_least: s, at_most: s }).nullable(),
  before_ms: s.nullable(),
  during_ms: s.nullable(),
  windows: z.strictObject({ before: z.number().int(), during: z.number().int(), length_s: s }),
});
/**
 * What a service told of itself while the fault was on, from `after` its effect on: the least and the most of all `samples`, and the longest time (s) between two of them; `before`: what it told in
 * the baseline, null where it told nothing; `unanswered`: questions without a figure.
 */
export const GaugeMeasured = z.strictObject({
  kind: z.literal('gauge'),
  least: s,
  most: s,
  last: s,
  samples: z.number().int(),
  unanswered: z.number().int(),
  gap_s: s,
  before: z.tuple([s, s]).nullable(),
});
/**
 * What a strategy brought back into a place after a disaster: when its readers were let in for good (`rto_s`, upper null: not while we looked; null: unknown), how far before the disaster its state lies (`reaches_back_s`, null: nothing is
 * lost), acknowledged writes that it lacks, and what of it is wrong (altered, undeleted, never written, or gone from between others). `unread`: why it was not read to its end.
 */
export const RestoreMeasured = z.strictObject({
  kind: z.literal('restore'),
  store: z.string(),
  expected: z.enum(['helps', 'damage', 'nothing']),
  rto_s: z.tuple([s, s.nullable()]).nullable(),
  found: z.number().int(),
  lost_before: z.number().int(),
  lost_after: z.number().int(),
  damage_left: z.number().int(),
  reaches_back_s: z.tuple([s, s.nullable()]).nullable(),
  unread: z.string().nullable(),
});
export type RestoreMeasured = z.infer<typeof RestoreMeasured>;
/** Good / scheduled over the disturbance, with unknown operations counted as bad (`lower`) and as good (`upper`). */
export const AvailabilityMeasured = z.strictObject({
  kind: z.literal('availability'),
  lower: s,
  upper: s,
  good: z.number().int(),
  scheduled: z.number().int(),
  unknown: z.number().int(),
  stale: z.number().int().optional().describe('of the good ones, those that were older than their journey allows; only where one does'),
  worst_1s: s.nullable(),
  worst_10s: s.nullable(),
  worst_60s: s.nullable(),
  budget_spent: s
    .nullable()
    .describe('share of the error budget that was spent (1: all of it); null where no share below 100 % is promised'),
  spent_by: z
    .array(z.strictObject({ fault: z.string(), spent: s }))
    .describe('of that, what was spent from the moment at which each fault took effect to the next one’s'),
});

export const ObjectiveVerdict = z.strictObject({
  name: z.string(),
  kind: z.enum(['rto', 'rpo', 'availability', 'steady', 'latency', 'gauge', 'restore', 'effect', 'marks', 'load', 'baseline', 'recording']),
  outcome: Outcome,
  reason: Reason,
  because: z.string().describe('one line, with numbers and units'),
  objective: z.string().describe('as people read it: "≤ 10 s, unaided"'),
  measured: z
    .discriminatedUnion('kind', [
      RtoMeasured,
      RpoMeasured,
      AvailabilityMeasured,
      SteadyMeasured,
      LatencyMeasured,
      GaugeMeasured,
      RestoreMeasured,
    ])
    .nullable(),
  says: z.string().optional().describe('what stands of it in the headline, where it says so itself'),
  evidence: z.array(z.string()).describe('where to look: lines of timeline.jsonl as "line 1234", files'),
});
export type ObjectiveVerdict = z.infer<typeof ObjectiveVerdict>;

/** `verdict.json`: what a run came to. All times in seconds since the run's start, by the observer's clock. */
export const Verdict = z.strictObject({
  format: z.number().int(),
  run: z.strictObject({
    id: z.string(),
    scenario: z.string(),
    title: z.string(),
    variant: z.string().nullable(),
    principle: z.number().int().nullable(),
    claim: z.string().nullable(),
    runtime: z.string(),
    demonstration: z.boolean().describe('true on the process runtime and for the quickstart: counts towards no principle'),
    seed: z.number().int(),
    sabotage: z.string().nullable(),
    started_at: z.string(),
    replay: z.string(),
  }),
  outcome: Outcome,
  reason: Reason,
  exit_code: z.number().int(),
  because: z.string(),
  headline: z.string().describe('"RTO 3.40–3.45 s (objective 10 s, unaided) · RPO 0 of 4 210 acknowledged writes · PASS"'),
  faults: z.array(
    z.strictObject({
      name: z.string(),
      fault: z.string(),
      amplifier: z.boolean(),
      target: z.array(z.string()),
      asked_s: s.nullable(),
      took_effect_s: bracket,
      confirmed: z.boolean(),
      proof: z.string(),
      healed_s: bracket,
    }),
  ),
  objectives: z.array(ObjectiveVerdict),
  episodes: z.array(
    z.strictObject({
      stream: z.string(),
      lower_s: s,
      upper_s: s.nullable(),
      first_bad_s: s,
      last_bad_s: s,
      begins_s: z.tuple([s, s]),
      ends_s: z.tuple([s, s.nullable()]),
      errors: z.record(z.string(), z.number().int()),
      stall: z
        .strictObject({ gap_s: s.nullable(), late_s: z.tuple([s, s.nullable()]) })
        .optional()
        .describe(
          'of what hung: from the last success to the next, which is judged (null: none came), and how long a stretch of the schedule was served too late, between',
        ),
    }),
  ),
  milestones: z
    .array(z.strictObject({ name: z.string(), of: z.string(), lower_s: s, upper_s: s.nullable() }))
    .describe('detected, rerouted, full throughput, redundant again, longest gap: seconds after the effect, where they were seen'),
  downtime_s: z.array(z.strictObject({ stream: z.string(), downtime_s: s })),
  availability: z.array(
    z.strictObject({ journey: z.string(), lower: s, upper: s, scheduled: z.number().int(), stale: z.number().int().optional() }),
  ),
  floors: z.array(z.strictObject({ name: z.string(), needed: z.number(), seen: z.number(), unit: z.string() })),
  harness: z.strictObject({
    lateness_ms_p99: z.number().nullable(),
    unknown_ratio: z.number().nullable(),
    stalls: z.number().int(),
    tau_ms: z.number(),
  }),
  attempts: z
    .array(z.strictObject({ id: z.string(), folder: z.string(), outcome: Outcome, reason: Reason, headline: z.string() }))
    .optional()
    .describe(
      'printed by `run --json` where an undecided run was played again: every attempt, the last of which is this one; never part of a run’s folder',
    ),
});
export type Verdict = z.infer<typeof Verdict>;
