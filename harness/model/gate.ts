import { z } from 'zod';
import { RunEvidence } from './evidence.ts';

export const PROFILES = ['smoke', 'gate', 'full'] as const;
export type Profile = (typeof PROFILES)[number];

/** One twin that a gate plays. `why`: what chose it. Without a claim it is a demonstration. */
export const GateStep = z.strictObject({
  scenario: z.string(),
  variant: z.string().nullable(),
  sabotage: z.string().nullable(),
  claim: z.string().nullable(),
  runtime: z.string(),
  expected_s: z.number().describe('of one play'),
  plays: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('how often, or, where chance shows a weakness, how often at most; once, unless it says so'),
  why: z.string(),
});
export type GateStep = z.infer<typeof GateStep>;

/** What became of a step. The run's folder has its id for a name, beside the gate's own. */
export const GateRun = z.strictObject({ step: GateStep, run: RunEvidence });
export type GateRun = z.infer<typeof GateRun>;

/** `gate.json`: what a gate played, or one shard of it; standings follow from it, the scenarios and the evidence. */
export const GateRecord = z.strictObject({
  format: z.literal(1),
  kind: z.literal('faultline.gate'),
  at: z.iso.datetime(),
  ended: z.iso.datetime().optional().describe('when the last run of it was over: by this, waivers end and evidence grows old'),
  commit: z.string(),
  profile: z.enum(PROFILES),
  changed_since: z.string().nullable(),
  principles: z.array(z.number().int()).min(1).optional().describe('those that were asked for, where not all were'),
  shard: z.strictObject({ n: z.number().int().min(1), of: z.number().int().min(1) }),
  steps: z.array(GateStep).describe('of all shards'),
  left: z.array(z.strictObject({ name: z.string(), why: z.string() })).describe('what was not played, and why'),
  digests: z.record(z.string(), z.string()).describe('by scenario@variant: what each rests on'),
  runs: z.array(GateRun),
  interrupted: z.boolean(),
});
export type GateRecord = z.infer<typeof GateRecord>;
