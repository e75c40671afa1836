import { z } from 'zod';

/**
 * environment.json: where a run took place and how to repeat it. Judges read only `run_id` and `token` (to match the timeline), `cut` and `left_behind`;
 * the rest is for people. Unknown keys are kept: machines differ. `started_at`: ISO 8601. `replay`: the command that repeats the run.
 */
export const Environment = z.looseObject({
  format: z.number().int().default(1),
  run_id: z.string().min(1),
  token: z.string().min(1),
  started_at: z.string(),
  replay: z.string(),
  demonstration: z.boolean(),
  commit: z.string().optional(),
  machine: z.string().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  standup: z.string().optional(),
  used_before_by: z.array(z.string()).optional().describe('runs that had the same stand-up before, and left it as they found it'),
  left_behind: z.array(z.string()).optional().describe('what could not be healed or removed; a person is needed'),
  cut: z
    .object({ by: z.enum(['aborted', 'interrupted', 'broken']), why: z.string() })
    .optional()
    .describe('why the run did not go to its end; also a `cut` event, unless the observer was dead by then'),
});
export type Environment = z.infer<typeof Environment>;
