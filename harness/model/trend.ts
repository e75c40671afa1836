import { z } from 'zod';
import { RunEvidence } from './evidence.ts';

/** What RTO objectives (s) and RPO objectives (writes) promise, one number each. */
export interface Promises {
  readonly rto_s: readonly number[];
  readonly writes: readonly number[];
}

/** One run of the healthy system as a manager wants it over time: on which build, what it came to, and what was promised then (the smallest RTO objective in seconds, the most writes that may be lost; null where none is promised). */
export const TrendPoint = RunEvidence.pick({ id: true, at: true, outcome: true, reason: true, rto_s: true, rpo: true }).extend({
  runtime: z.string(),
  commit: z.string(),
  digest: z.string(),
  promised: z.strictObject({ rto_s: z.number().nullable(), writes: z.number().int().nullable() }),
});
export type TrendPoint = z.infer<typeof TrendPoint>;

/** `trend.json`: the runs of one variant of a scenario over many builds, oldest first; what evidence forgets when the code changes stays here. */
export const Trend = z.strictObject({
  format: z.literal(1),
  kind: z.literal('faultline.trend'),
  scenario: z.string(),
  variant: z.string().nullable(),
  points: z.array(TrendPoint),
});
export type Trend = z.infer<typeof Trend>;
