import { z } from 'zod';
import { Duration } from '../quantity.ts';
import { HostName, Name } from '../system.ts';
import { common } from './common.ts';

const on = {
  name: HostName.describe("one of the system's `names`"),
  from: Name.optional().describe('a service beside which the witness looks it up, too; without it: the one that has the name'),
  ...common,
};

/** The name service that services ask. */
export const NAMES = [
  z.strictObject({ fault: z.literal('names-silent'), ...on }).describe('questions for the name are not answered'),
  z
    .strictObject({
      fault: z.literal('names-wrong'),
      to: Name.optional().describe('another service; without it: there is no such name'),
      ...on,
    })
    .describe('the answer is wrong'),
  z
    .strictObject({ fault: z.literal('names-slow'), by: Duration.refine((by) => by >= 0.1, { error: 'at least "100 ms"' }), ...on })
    .describe('the answer comes late'),
  z
    .strictObject({
      fault: z.literal('names-stale'),
      to: Name.describe('where the name moves, at the moment of the fault'),
      ttl: Duration.prefault('1 h').describe('how long the old answer may be kept by whoever gets it'),
      ...on,
    })
    .describe('the name moves to another service, and the old address keeps being handed out'),
] as const;
