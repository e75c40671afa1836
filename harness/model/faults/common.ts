import { z } from 'zod';
import { Duration } from '../quantity.ts';
import { Name } from '../system.ts';

/** A place in a cluster: who leads, all others, or the one of these whom the leader waits for. */
export const Role = z.enum(['primary', 'replica', 'sync_standby']);

/**
 * What a fault is aimed at: a service by name; `primary`, `replica` (all that do not lead) or `sync_standby`, as the cluster says at the moment of the fault;
 * everything that carries all of these labels; or `any` of a list, drawn from the seed's target stream when the plan is made.
 */
export const Selector = z.union([
  Name,
  z.strictObject({ role: Role }),
  z.strictObject({ label: z.record(z.string(), z.string()) }),
  z.strictObject({ any: z.array(Name).min(1) }),
]);
export type Selector = z.infer<typeof Selector>;

/** Something that happens in a run and that a fault can wait for. */
export const Happening = z.union([
  z.literal('new primary').describe('another member leads than when the disturbance began'),
  z.strictObject({ healed: Name }).describe('a fault was healed'),
  z.strictObject({ dead: Name }).describe('the observer sees a service die'),
  z.strictObject({ alive: Name }).describe('the observer sees a service answer again'),
]);
export type Happening = z.infer<typeof Happening>;

/** What every fault may say: when it begins, how often, when it is healed, and how long its effect may take to be seen. */
export const common = {
  at: z
    .union([Duration, z.strictObject({ between: z.tuple([Duration, Duration]) })])
    .optional()
    .describe('so long after the disturbance began; one moment is drawn where two are given'),
  after: z.strictObject({ fault: Name, by: Duration }).optional().describe('so long after another fault was confirmed'),
  on: z
    .strictObject({ event: Happening, by: Duration.prefault('0 s') })
    .optional()
    .describe('so long after something happened'),
  repeat: z
    .strictObject({ times: z.number().int().min(2).max(50), every: Duration })
    .optional()
    .describe('again and again: each one is a fault of its own, `<name>-1`, `<name>-2`, …; `heal` must come before the next'),
  heal: z
    .union([z.literal('end'), z.strictObject({ after: Duration }), z.literal('new primary')])
    .default('end')
    .describe(
      '`end`: when the observation window is over; `after`: so long after the effect; `new primary`: as soon as another member leads',
    ),
  amplifier: z.boolean().default(false).describe('stands in both twins to make a weakness show; RTO does not start with it'),
  confirm_within: Duration.optional(),
};
