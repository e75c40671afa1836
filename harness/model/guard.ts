import { z } from 'zod';
import { Duration, Share } from './quantity.ts';
import { Name } from './system.ts';

/**
 * When a run is to be broken off for the system's own good: it is healed, waited for until it has settled, its logs are collected, and the verdict is inconclusive with the reason `aborted`.
 * Watched from the beginning of the disturbance until it is healed; it rests on what the observer says.
 */
export const AbortGuard = z.strictObject({
  error_budget: z
    .union([
      z
        .strictObject({ share: Share, within: Duration })
        .describe('more than this share of the operations that ended within the last so long'),
      z.strictObject({ operations: z.number().int().min(1), within: Duration }).describe('more than so many within the last so long'),
    ])
    .optional()
    .describe('how many operations may be bad, over all journeys'),
  after: Duration.optional().describe('so long after the disturbance began, whatever is going on'),
  must_answer: z.array(Name).min(1).optional().describe('services whose own `ready` probe must not fail, whatever is broken elsewhere'),
});
export type AbortGuard = z.infer<typeof AbortGuard>;

const s = z.number().positive();

/** The guard of a plan. Seconds; `share` is a ratio. */
export const PlannedGuard = z.strictObject({
  error_budget: z
    .union([
      z.strictObject({ share: z.number().min(0).max(1), within_s: s }),
      z.strictObject({ operations: z.number().int(), within_s: s }),
    ])
    .optional(),
  after_s: s.optional(),
  must_answer: z.array(Name).optional(),
});
export type PlannedGuard = z.infer<typeof PlannedGuard>;

/** The guard with its units spelled out; nothing where a scenario has none. */
export function plannedGuard(abort: AbortGuard | undefined): { readonly abort?: PlannedGuard } {
  if (abort === undefined) return {};
  const { error_budget: budget, after, must_answer } = abort;
  return {
    abort: {
      ...(budget === undefined
        ? {}
        : {
            error_budget:
              'share' in budget
                ? { share: budget.share, within_s: budget.within }
                : { operations: budget.operations, within_s: budget.within },
          }),
      ...(after === undefined ? {} : { after_s: after }),
      ...(must_answer === undefined ? {} : { must_answer: [...must_answer] }),
    },
  };
}
