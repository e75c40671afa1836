import { z } from 'zod';
import { CLAIMS } from './claim.ts';
import { Disruption } from './objective.ts';
import { Duration, Writes } from './quantity.ts';

const Promise_ = z.strictObject({ rto: Duration, rpo: z.union([Writes, z.string()]) });

/** A claim of the thirteen principles. */
const ClaimId = z.string().refine((id) => CLAIMS.some((claim) => claim.id === id), {
  error: ({ input }) => `there is no claim "${String(input)}": \`faultline list --claims\` shows them`,
});

/** Leave to let a claim stay unproven until a day (its last, in UTC): who answers for that, and why. */
export const Waiver = z.strictObject({ claim: ClaimId, owner: z.string().min(1), reason: z.string().min(1), expires: z.iso.date() });
export type Waiver = z.infer<typeof Waiver>;

/** What is promised for each kind of disruption, who owns which claim, and what is waived until when. */
export const Policy = z.strictObject({
  disruptions: z.partialRecord(Disruption, Promise_).default({}),
  hold: Duration.default(10).describe('how long good service must last to count as recovered'),
  owners: z.record(z.string(), z.string()).default({}).describe('by claim or principle: who answers for it'),
  waivers: z
    .array(Waiver)
    .default([])
    .describe('claims that may stay unproven for a while: told as such on every page, red when it is over'),
  gate: z
    .strictObject({
      claims: z
        .union([z.literal('all'), z.array(ClaimId).min(1)])
        .default('all')
        .describe('which claims a release waits for; the others are shown, too'),
      evidence_lasts: Duration.prefault('30 d').describe('how old evidence may be; then its claim is not verified'),
      plays: z
        .number()
        .int()
        .min(1)
        .default(3)
        .describe(
          'how often each sabotage must have failed as named, every time, before its claim is proven, and held until then; one that chance shows must fail once in as many plays as it says, beside as many of the healthy system',
        ),
    })
    .prefault({}),
});
export type Policy = z.infer<typeof Policy>;
export type PolicyText = z.input<typeof Policy>;

/** The promises that hold where no policy file says otherwise (the published principles' defaults). */
export const DEFAULT_POLICY: PolicyText = {
  disruptions: {
    application: { rto: '30 s', rpo: '0 writes' },
    infrastructure: { rto: '30 s', rpo: '0 writes' },
    zone: { rto: '30 s', rpo: '0 writes' },
    region: { rto: '60 s', rpo: 'declared lag' },
    provider: { rto: '120 s', rpo: 'last offline copy' },
    data: { rto: '600 s', rpo: 'per strategy' },
  },
};
