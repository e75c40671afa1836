import { z } from 'zod';

/** The phases of a run to which what was executed is attributed: until the load began (`up`), before the disturbance, from there to the end of the window, and until all was healed. What our own leaving does to services is not told. */
export const COVERAGE_PHASES = ['up', 'baseline', 'fault', 'recovery'] as const;
export type CoveragePhase = (typeof COVERAGE_PHASES)[number];
const Phase = z.enum(COVERAGE_PHASES);

const Ranges = z.string().regex(/^(\d+(-\d+)?(,\d+(-\d+)?)*)?$/, { error: 'is no range of lines such as "3-9,12"' });

/** Something that a service executed and never told. */
export const Lost = z.strictObject({ service: z.string(), phase: Phase, why: z.string() });
export type Lost = z.infer<typeof Lost>;

/** A part of a file that may or may not be executed: where it begins (line, column from 1), what it is, and in which phases it was. */
const Part = z.strictObject({ line: z.number().int().min(1), column: z.number().int().min(1), what: z.string(), hit: z.array(Phase) });
export type Part = z.infer<typeof Part>;

/**
 * One file of a service. `lines`: how many count; `hit`: those that were executed, by phase, as ranges ("3-9,12"). `branches`: the arms of every decision. `handlers`: what is there for when things go wrong:
 * `catch` blocks, listeners of errors, functions given to `.catch`.
 */
export const CoveredFile = z.strictObject({
  lines: Ranges.describe('the lines that count'),
  hit: z.strictObject({ up: Ranges, baseline: Ranges, fault: Ranges, recovery: Ranges }),
  branches: z.array(Part),
  handlers: z.array(Part.extend({ name: z.string() })),
});
export type CoveredFile = z.infer<typeof CoveredFile>;

/** `coverage.json`: which parts of the services one variant of a scenario reached, in a run of its own. `digest`: what it rests on. */
export const Coverage = z.strictObject({
  format: z.literal(1),
  kind: z.literal('faultline.coverage'),
  scenario: z.string(),
  variant: z.string().nullable(),
  principle: z.number().int().min(1).max(13).nullable(),
  claim: z.string().nullable(),
  runtime: z.string(),
  run: z.string(),
  at: z.iso.datetime(),
  commit: z.string(),
  digest: z.string(),
  services: z.record(z.string(), z.string()).describe('by service: the program it runs, or "lcov"'),
  files: z.record(z.string(), CoveredFile),
  lost: z.array(Lost),
});
export type Coverage = z.infer<typeof Coverage>;
