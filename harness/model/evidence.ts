import { z } from 'zod';
import { Outcome, Reason } from './reason.ts';
import { RestoreMeasured } from './verdict.ts';

const s = z.number();

/** What a scenario's variant is called: `scenario` or `scenario@variant`. */
export function nameOf(scenario: string, variant: string | null): string {
  return variant === null ? scenario : `${scenario}@${variant}`;
}

/** What one of its twins is called: `scenario@variant with sabotage`. */
export function twinName(twin: { readonly scenario: string; readonly variant: string | null; readonly sabotage: string | null }): string {
  return `${nameOf(twin.scenario, twin.variant)}${twin.sabotage === null ? '' : ` with ${twin.sabotage}`}`;
}

/** What a run showed of one way back from a loss of data, as its objective is called: a cell of the table of causes and ways back. */
export const WayBack = RestoreMeasured.omit({ kind: true, store: true, found: true }).extend({ name: z.string(), outcome: Outcome });
export type WayBack = z.infer<typeof WayBack>;

/** Whether a run came to something, either way. */
export function isDecided({ outcome }: Pick<RunEvidence, 'outcome'>): boolean {
  return outcome !== 'inconclusive';
}

/** One run as it is remembered: what it came to, and its figures. Seconds; `upper` null: not back while we looked. */
export const RunEvidence = z.strictObject({
  id: z.string(),
  seed: z.number().int(),
  at: z.iso.datetime(),
  took_s: s,
  outcome: Outcome,
  reason: Reason,
  exit_code: z.number().int(),
  headline: z.string(),
  as_wanted: z.boolean(),
  undecided: z.number().int().min(1).optional().describe('how often it was played before, and its bounds left it undecided'),
  rto_s: z
    .tuple([s, s.nullable()])
    .nullable()
    .describe(
      'the worst of its RTO objectives, and of the ways back that help: lower and upper bound; null without one, or where it was not measured',
    ),
  rpo: z.strictObject({ lost: z.number().int(), acknowledged: z.number().int() }).nullable(),
  ways_back: z.array(WayBack).optional(),
});
export type RunEvidence = z.infer<typeof RunEvidence>;

/** One of the twins, the healthy system (`sabotage` null) or a sabotaged one, played some times on one state of the code. `proven`: it ended as it should each time, or, where chance shows it, once. What ended otherwise on this code
 * stays, however often it is played again. */
export const TwinEvidence = z.strictObject({
  sabotage: z.string().nullable(),
  wanted: z.string(),
  within: z.number().int().nullable().describe('where chance shows the weakness: once within so many runs; null: each time'),
  proven: z.boolean(),
  runs: z.array(RunEvidence).min(1),
});
export type TwinEvidence = z.infer<typeof TwinEvidence>;

/** What was shown of one variant of a scenario, and what that rests on. Small, and committed. */
export const Evidence = z.strictObject({
  format: z.literal(1),
  kind: z.literal('faultline.evidence'),
  scenario: z.string(),
  variant: z.string().nullable(),
  principle: z.number().int().min(1).max(13).nullable(),
  claim: z.string().nullable(),
  runtime: z.string(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('of all that it rests on (harness/evidence/rests-on.ts); when that changes, it shows nothing any more'),
  commit: z.string(),
  objectives: z.record(z.string(), z.string()).describe('what was promised, as people read it'),
  twins: z.array(TwinEvidence).min(1),
});
export type Evidence = z.infer<typeof Evidence>;
