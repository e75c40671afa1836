import { z } from 'zod';
import { FigureAt } from './figure.ts';
import { Duration, Share, Writes } from './quantity.ts';
import { Name } from './system.ts';

/** What was disturbed; policy (`faultline.config.ts`) promises an RTO and an RPO for each. */
export const Disruption = z.enum(['application', 'infrastructure', 'zone', 'region', 'provider', 'data']);
export type Disruption = z.infer<typeof Disruption>;

/**
 * A promise. `of` names the journeys that it is about (all of the right kind, if left out). An RTO says whether the system recovers
 * `unaided` (lasting good service begins while the fault is still on) or only `after_heal`. `within` may name a disruption: then it is what the policy promises for it.
 */
export const ObjectiveIn = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('rto'),
    of: z.array(Name).optional(),
    within: z.union([Duration, Disruption]),
    recovers: z.enum(['unaided', 'after_heal']).default('unaided'),
  }),
  z.strictObject({ kind: z.literal('rpo'), of: z.array(Name).optional(), at_most: z.union([Writes, Disruption]).default(0) }),
  z.strictObject({ kind: z.literal('availability'), of: z.array(Name).optional(), at_least: Share }),
  z
    .strictObject({
      kind: z.literal('steady'),
      of: z.array(Name).optional(),
      good_within: Share.prefault('1 %').describe('how much lower the ratio of good ones may be than before'),
      goodput: Share.prefault('90 %').describe('of the answers that closed writers got before'),
      latency: z.number().min(1).default(1.2).describe('how many times the 95th percentile of before'),
    })
    .describe('after recovery, service is what it was before: shown, not merely not refuted'),
  z
    .strictObject({
      kind: z.literal('latency'),
      of: z.array(Name).optional(),
      at_most_times: z.number().min(1).default(2).describe('how many times the 95th percentile of before'),
    })
    .describe('while the fault is on, service is not much slower than before'),
  z
    .strictObject({
      kind: z.literal('gauge'),
      of: z.undefined().optional(),
      figure: FigureAt,
      at_most: z.number().optional(),
      at_least: z.number().optional(),
      after: Duration.prefault('0 s').describe('how long after the effect the figure may be anything'),
    })
    .refine(({ at_most, at_least }) => (at_most === undefined) !== (at_least === undefined), {
      error: 'say either `at_most` or `at_least`',
    })
    .describe('while the fault is on, a figure that a service tells of itself stays within a limit'),
  z
    .strictObject({
      kind: z.literal('restore'),
      of: z.array(Name).optional().describe('the journeys that write; all, if left out'),
      store: Name.describe('the place, one of `workload.read_back.from`'),
      seen_by: Name.describe('the journey of open load that reads there once the strategy lets it'),
      expected: z
        .enum(['helps', 'damage', 'nothing'])
        .default('helps')
        .describe('what the table of causes and ways back says: it helps; the place has the damage, too; nobody is ever let in'),
      within: z.union([Duration, Disruption]).describe('the RTO; where nothing is expected, how long is looked'),
      reaches_back: Duration.optional().describe('how far before the disaster its state may lie; needed where it helps'),
      at_least: Duration.optional().describe('how far before the disaster its state lies at least, by the table'),
    })
    .refine(
      ({ expected, reaches_back, at_least }) =>
        (expected === 'helps') === (reaches_back !== undefined) && (expected === 'helps' || at_least === undefined),
      {
        error: '`reaches_back` (and `at_least`) says how old the state may be where the strategy helps, and only there',
      },
    )
    .describe('after a disaster, what one way back brought into one place: one cell of the table of causes and strategies'),
]);
export type ObjectiveIn = z.infer<typeof ObjectiveIn>;

/** An objective as the plan stores it: numbers, and the journeys spelled out. */
export const Objective = z.discriminatedUnion('kind', [
  z.strictObject({
    name: Name,
    kind: z.literal('rto'),
    of: z.array(Name).min(1),
    within_s: z.number().positive(),
    recovers: z.enum(['unaided', 'after_heal']),
    disruption: Disruption.nullable(),
  }),
  z.strictObject({
    name: Name,
    kind: z.literal('rpo'),
    of: z.array(Name).min(1),
    at_most_writes: z.number().int().min(0),
    disruption: Disruption.nullable(),
  }),
  z.strictObject({ name: Name, kind: z.literal('availability'), of: z.array(Name).min(1), at_least: z.number().min(0).max(1) }),
  z.strictObject({
    name: Name,
    kind: z.literal('steady'),
    of: z.array(Name).min(1),
    good_within: z.number().min(0).max(1),
    goodput: z.number().min(0).max(1),
    latency: z.number().min(1),
  }),
  z.strictObject({ name: Name, kind: z.literal('latency'), of: z.array(Name).min(1), at_most_times: z.number().min(1) }),
  z.strictObject({
    name: Name,
    kind: z.literal('gauge'),
    of: z.tuple([]).describe('it is about no journey'),
    figure: FigureAt,
    at_most: z.number().nullable(),
    at_least: z.number().nullable(),
    after_s: z.number().min(0),
  }),
  z.strictObject({
    name: Name,
    kind: z.literal('restore'),
    of: z.array(Name).min(1),
    store: Name,
    seen_by: Name,
    expected: z.enum(['helps', 'damage', 'nothing']),
    within_s: z.number().positive(),
    reaches_back_s: z.number().min(0),
    at_least_s: z.number().min(0).nullable(),
    disruption: Disruption.nullable(),
  }),
]);
export type Objective = z.infer<typeof Objective>;
