import { z } from 'zod';
import { FaultStep } from './fault.ts';
import { AbortGuard } from './guard.ts';
import { Workload } from './journey.ts';
import type { MappingText } from './mapping.ts';
import { Mark } from './mark.ts';
import { ObjectiveIn } from './objective.ts';
import { Duration } from './quantity.ts';
import { Reason } from './reason.ts';
import { Name, Service, System } from './system.ts';

/** A part of a service: what is left out stays out. `partial` alone would keep the defaults, and a part that sets one variable would reset all the rest. */
const ServicePart = Service.extend({
  env: Service.shape.env.removeDefault(),
  ports: Service.shape.ports.removeDefault(),
  labels: Service.shape.labels.removeDefault(),
  stateful: Service.shape.stateful.removeDefault(),
  after: Service.shape.after.removeDefault(),
  capabilities: Service.shape.capabilities.removeDefault(),
  init: Service.shape.init.removeDefault(),
}).partial();

/** A change to the system that plants one weakness: parts of services, laid over the healthy ones (`{services: {api: {env: {CHECKS: 'off'}}}}`). */
export const Change = z.strictObject({
  services: z.record(z.string(), ServicePart).describe('by service name; a trailing `*` means every service whose name begins so'),
  cluster: z
    .strictObject({ synchronous: z.boolean() })
    .optional()
    .describe('what the changed system no longer declares of its steady state'),
});
export type Change = z.infer<typeof Change>;

/**
 * A planted weakness on which the scenario must fail: the named objective, for the named reason, and no other but what it takes along. `every`: each time; `within`: once in so many
 * repetitions at least (a defect that chance shows).
 */
export const Sabotage = z.strictObject({
  name: Name,
  title: z.string(),
  objective: Name,
  reason: Reason,
  takes_along: z.array(Name).min(1).optional().describe('objectives that may fall with it, or not'),
  change: Change,
  variants: z.array(Name).optional().describe('the variants it shows under; all, if left out'),
  shows: z.union([z.literal('every time'), z.strictObject({ within: z.number().int().min(1) })]).default('every time'),
});
export type Sabotage = z.infer<typeof Sabotage>;

const Faults = z.record(Name, FaultStep);

/** The smallest and largest time to recover that the system's own settings imply, with the formula they come from. */
export const Prediction = z.strictObject({ min: Duration, max: Duration, from: z.string() });

/** A scenario as a file writes it. Its id is the file's base name. */
export const ScenarioIn = z.strictObject({
  title: z.string().describe('the claim, as a sentence'),
  principle: z.number().int().min(1).max(13).nullable().default(null),
  claim: z
    .string()
    .regex(/^\d+\.\d+$/, { error: 'a claim is a string such as "9.3"' })
    .nullable()
    .default(null),
  system: System,
  workload: Workload,
  faults: Faults.optional(),
  variants: z
    .record(Name, z.strictObject({ faults: Faults, predicted: Prediction.optional(), must_see: z.array(Mark).optional() }))
    .optional()
    .describe('ways to disturb; each is a run of its own'),
  objectives: z.record(Name, ObjectiveIn),
  sabotages: z.array(Sabotage).default([]),
  predicted: Prediction.optional(),
  must_see: z.array(Mark).optional().describe('what a run must have met after the effect, or it is inconclusive; a variant adds its own'),
  warm_up: Duration.default(2).describe(
    'how long load runs at least before the steady state is watched, and on until a second of it was good: caches fill and connections open, and none of it is held against the baseline; 0 s: no warm-up',
  ),
  baseline: Duration.default(4).describe('how long the steady state is watched before the fault'),
  watch: Duration.optional().describe(
    'how long is watched at least after the effect, beside what the objectives and the prediction demand',
  ),
  settle_within: Duration.default(60),
  abort: AbortGuard.optional().describe('when the run is to be broken off, healed, and to come to nothing'),
  expected: Duration.optional().describe('how long a run takes, for `list` and the gate'),
});
export type ScenarioIn = z.infer<typeof ScenarioIn>;
/** What a scenario file may write: quantities as text, defaults left out. */
export type ScenarioText = z.input<typeof ScenarioIn>;
/** A scenario for a system that runs already: `adopt` is its mapping, or the path of the mapping's file from the scenario's folder (.ts, .js, .json). What the mapping says of journeys is added to. */
export type AdoptingText = Omit<ScenarioText, 'system' | 'workload'> & {
  readonly adopt: string | MappingText;
  readonly workload?: Partial<ScenarioText['workload']>;
};

/** A scenario as the harness knows it: checked, with its id and the file it came from. */
export interface Scenario extends ScenarioIn {
  readonly id: string;
  readonly file: string;
}

/** Marks the default export of a scenario file, and gives its author completion and types. */
export function scenario<T extends ScenarioText | AdoptingText>(text: T & (T extends { adopt: unknown } ? AdoptingText : ScenarioText)): T {
  return text;
}
