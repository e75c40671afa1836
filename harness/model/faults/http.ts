import { z } from 'zod';
import { Share } from '../quantity.ts';
import { Name } from '../system.ts';
import { common } from './common.ts';

const on = {
  link: Name.describe('a link that is `via: "http"`'),
  route: z
    .string()
    .regex(/^([A-Z]+ )?(\/\S*|\*)$/, {
      error: 'a route is a path, with a method before it where only that one is meant: "GET /orders/*", "/health", "*"',
    })
    .default('*')
    .describe('what is spoiled: `*` stands for anything, queries do not count'),
  look: z
    .string()
    .startsWith('/')
    .optional()
    .describe(
      'what the witness asks (GET, answered 200 while all is well), treated as if it were on the route; the ready probe of the service without it',
    ),
  ...common,
};
const status = z.number().int().min(200).max(599).default(503);
const delivered = z
  .boolean()
  .default(false)
  .describe('the service gets the request nevertheless: it does the work, and the client hears otherwise');

/** HTTP answers on a link. */
export const HTTP = [
  z
    .strictObject({ fault: z.literal('http-fail-first'), first: z.number().int().min(1).max(1_000_000), status, delivered, ...on })
    .describe('the first requests fail, and then it works'),
  z
    .strictObject({
      fault: z.literal('http-fail-share'),
      share: Share.refine((share) => share >= 0.001, { error: 'at least "0.1 %"' }),
      status,
      delivered,
      ...on,
    })
    .describe('a share of the requests fails; which ones is drawn when the plan is made'),
  z.strictObject({ fault: z.literal('http-status'), status, delivered, ...on }).describe('every answer has the wrong status'),
  z
    .strictObject({
      fault: z.literal('http-body'),
      body: z.string().default('spoiled by Faultline'),
      type: z.string().default('text/plain').describe('its Content-Type'),
      delivered,
      ...on,
    })
    .describe('every answer is 200 with the wrong body'),
  z
    .strictObject({ fault: z.literal('http-truncate'), bytes: z.number().int().min(0).default(0), ...on })
    .describe('every body is cut off after `bytes`, and its connection ended; shorter ones stay whole'),
  z.strictObject({ fault: z.literal('http-stall'), ...on }).describe('the headers come, and the body does not'),
  z
    .strictObject({ fault: z.literal('http-trickle'), bytes_per_s: z.number().int().min(1).default(10), ...on })
    .describe('bodies come slowly; it is seen where what the witness asks takes longer than 250 ms so'),
] as const;
