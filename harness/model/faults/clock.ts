import { z } from 'zod';
import { Duration } from '../quantity.ts';
import { Name } from '../system.ts';
import { common, Selector } from './common.ts';

/** Clocks and what is valid by them. */
export const CLOCK = [
  z
    .strictObject({
      fault: z.literal('clock-skew'),
      target: Selector.describe("services with `clock: 'shiftable'`"),
      by: Duration.refine((by) => by >= 5, { error: 'at least "5 s": it is seen in whole seconds' }),
      direction: z.enum(['ahead', 'behind']).default('ahead'),
      ...common,
    })
    .describe('its wall clock jumps, and jumps back when it is healed; its monotonic clock does not'),
  z
    .strictObject({ fault: z.literal('certificate-expired'), link: Name, ...common })
    .describe('a `tls` link shows a certificate that expired yesterday'),
  z
    .strictObject({ fault: z.literal('certificate-wrong-name'), link: Name, ...common })
    .describe('a `tls` link shows a certificate that is for somebody else'),
] as const;
