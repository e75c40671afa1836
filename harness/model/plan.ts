import { z } from 'zod';
import { FAULT_KINDS, Happening } from './fault.ts';
import { Role } from './faults/common.ts';
import { PlannedGuard } from './guard.ts';
import { HttpStep, PlannedFresh, ReadBack, SqlStep } from './journey.ts';
import { Mark } from './mark.ts';
import { Objective } from './objective.ts';
import { Reason } from './reason.ts';
import { Change } from './scenario.ts';
import { Name, System } from './system.ts';

/** The format of plan.json, timeline.jsonl, undo.jsonl and verdict.json alike. A reader that meets a larger one says so and stops. */
export const FORMAT = 1;

const s = z.number().min(0);

/** A journey with every default spelled out. Seconds. */
export const PlannedJourney = z.strictObject({
  name: Name,
  kind: z.enum(['read', 'write']),
  at: z.union([z.literal('primary'), z.array(Name).min(1)]),
  port: z.string().nullable(),
  http: HttpStep.nullable(),
  sql: SqlStep.nullable(),
  load: z.union([
    z.strictObject({ open: z.strictObject({ every_s: s, connections: z.array(z.enum(['fresh', 'pooled'])) }) }),
    z.strictObject({ closed: z.strictObject({ writers: z.number().int(), per_s: z.number() }) }),
  ]),
  deadline_s: s,
  deletes: Name.optional(),
  fresh: PlannedFresh.optional(),
});
export type PlannedJourney = z.infer<typeof PlannedJourney>;

/** A selector with nothing left to draw. */
const Target = z.union([Name, z.strictObject({ role: Role }), z.strictObject({ label: z.record(z.string(), z.string()) })]);

/** A fault with its time drawn. `target` is resolved at the moment of the fault, and the timeline says to what. */
export const PlannedFault = z.strictObject({
  name: Name,
  fault: z.enum(FAULT_KINDS),
  target: Target,
  from: Target.nullable(),
  port: z.string().nullable().describe('of `from` (cut) or of the relay (hold)'),
  grace_s: s.nullable(),
  at_s: s.nullable().describe('after the disturbance began; null: see `after` and `on`'),
  after: z.strictObject({ fault: Name, by_s: s }).nullable(),
  on: z.strictObject({ event: Happening, by_s: s }).optional().describe('it waits for something to happen'),
  group: Name.optional().describe('it is a part of this fault, which counts as one'),
  heal: z.union([z.literal('end'), z.literal('new primary'), z.strictObject({ after_s: s })]),
  amplifier: z.boolean(),
  confirm_within_s: s,
  hands: z
    .strictObject({ do: z.string(), undo: z.string(), within_s: s })
    .optional()
    .describe('what a person is asked to do (by-hand only)'),
  with: z.record(z.string(), z.json()).optional().describe("the fault's own parameters, durations in seconds, shares as ratios"),
});
export type PlannedFault = z.infer<typeof PlannedFault>;

/**
 * A scenario made definite: the same bytes for the same scenario, variant, sabotage, runtime and seed on any machine. Holds no
 * path, no date, no address. `run plan.json` plays it.
 */
export const Plan = z.strictObject({
  format: z.number().int(),
  kind: z.literal('faultline.plan'),
  scenario: Name.or(z.string()),
  title: z.string(),
  principle: z.number().int().min(1).max(13).nullable(),
  claim: z.string().nullable(),
  variant: z.string().nullable(),
  runtime: z.enum(['process', 'docker', 'adopted', 'compose']),
  seed: z.number().int().min(0),
  system: System,
  journeys: z.array(PlannedJourney),
  read_back: ReadBack.nullable(),
  faults: z.array(PlannedFault),
  objectives: z.array(Objective),
  predicted: z.strictObject({ min_s: s, max_s: s, from: z.string() }).nullable(),
  sabotage: z
    .strictObject({
      name: z.string(),
      title: z.string(),
      objective: z.string(),
      reason: Reason,
      takes_along: z.array(Name).optional(),
      change: Change,
    })
    .nullable(),
  tau_s: s,
  warm_up_s: s
    .default(0)
    .describe('how long load runs at least before the baseline counts; on until a second of it was good, unless it is 0'),
  baseline_s: s,
  window_s: s.describe('how long after the effect is watched: max(objective, predicted maximum) + hold'),
  hold_s: s,
  settle_within_s: s,
  up_within_s: s,
  expected_s: s,
  must_see: z.array(Mark).min(1).optional().describe('what must have been met after the effect'),
  abort: PlannedGuard.optional().describe('when the run is broken off'),
});
export type Plan = z.infer<typeof Plan>;

/** A plan as judges see it: without the sabotage, of which no judge may know. */
export type JudgedPlan = Omit<Plan, 'sabotage'>;
