import { z } from 'zod';
import { byClaim, CLAIMS, type Claim } from './claim.ts';
import { Policy, Waiver } from './policy.ts';
import { PRINCIPLES } from './principle.ts';

/** A claim of the project's own, beside those of the thirteen principles; its id begins with its principle: `{ id: '9.90', principle: 9, title: 'Losing the till is no outage' }`. */
const OwnClaim = z.strictObject({
  id: z.string().regex(/^\d+\.[1-9]\d*$/, { error: 'a claim is a string such as "9.90"' }),
  principle: z.number().int().min(1).max(PRINCIPLES.length),
  title: z.string().min(1),
});

const Gate = Policy.shape.gate.unwrap();

/**
 * What `faultline.config.ts` may say: the policy, and claims of the project's own, which are shown, counted, owned, waived and waited for like the others. A claim that is neither ours nor declared is refused wherever it is named.
 */
export const ProjectPolicy = Policy.extend({
  claims: z.array(OwnClaim).default([]).describe('claims of your own, beside those of the thirteen principles'),
  waivers: z
    .array(Waiver.extend({ claim: z.string() }))
    .default([])
    .describe(Policy.shape.waivers.description ?? ''),
  gate: Gate.extend({
    claims: z
      .union([z.literal('all'), z.array(z.string()).min(1)])
      .default('all')
      .describe(Gate.shape.claims.description ?? ''),
  }).prefault({}),
}).superRefine(({ claims, owners, waivers, gate }, ctx) => {
  const known = new Set(CLAIMS.map(({ id }) => id));
  const refuse = (message: string, ...path: (string | number)[]) => ctx.addIssue({ code: 'custom', path, message });
  for (const [i, { id, principle }] of claims.entries()) {
    if (known.has(id)) refuse(`there is a claim "${id}" already: \`faultline list --claims\` shows them`, 'claims', i, 'id');
    if (!id.startsWith(`${principle}.`))
      refuse(`"${id}" does not begin with its principle: write "${principle}.90", for example`, 'claims', i, 'id');
    known.add(id);
  }
  const demand = (id: string, ...path: (string | number)[]) => {
    if (!known.has(id)) refuse(noClaim(id), ...path);
  };
  for (const [i, { claim }] of waivers.entries()) demand(claim, 'waivers', i, 'claim');
  if (gate.claims !== 'all') for (const [i, id] of gate.claims.entries()) demand(id, 'gate', 'claims', i);
  for (const id of Object.keys(owners)) if (!PRINCIPLES.some((_, n) => id === String(n + 1))) demand(id, 'owners', id);
});
export type ProjectPolicy = z.infer<typeof ProjectPolicy>;
export type ProjectPolicyText = z.input<typeof ProjectPolicy>;

/** Every claim that a project knows, its own among those of the thirteen principles, in order; those that nobody wrote a scenario for, too. */
export function claimsOf({ claims }: Pick<ProjectPolicy, 'claims'>): readonly Claim[] {
  return [...CLAIMS, ...claims].sort((a, b) => byClaim(a.id, b.id));
}

/** What is said of a claim that is neither ours nor declared. */
export function noClaim(id: string): string {
  return `there is no claim "${id}": \`faultline list --claims\` shows them, and one of your own is declared in \`claims\` of faultline.config.ts`;
}

/** Marks the default export of `faultline.config.ts`, and gives its author completion and types. */
export function policy(text: ProjectPolicyText): ProjectPolicyText {
  return text;
}
