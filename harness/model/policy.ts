import { z } from 'zod';
import { Disruption } from './objective.ts';
import { Duration, Writes } from './quantity.ts';

const Promise_ = z.strictObject({ rto: Duration, rpo: z.union([Writes, z.string()]) });

/** What is promised for each kind of disruption, who owns which claim, and what is waived until when. */
export const Policy = z.strictObject({
  disruptions: z.partialRecord(Disruption, Promise_).default({}),
  hold: Duration.default(10).describe('how long good service must last to count as recovered'),
  owners: z.record(z.string(), z.string()).default({}).describe('by claim or principle: who answers for it'),
  waivers: z.array(z.strictObject({ claim: z.string(), owner: z.string(), reason: z.string(), expires: z.iso.date() })).default([]),
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

/** Marks the default export of `faultline.config.ts`, and gives its author completion and types. */
export function policy(text: PolicyText): PolicyText {
  return text;
}
