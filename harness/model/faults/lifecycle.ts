import { z } from 'zod';
import { Duration } from '../quantity.ts';
import { common, Selector } from './common.ts';

/** Services that die, stop, freeze. */
export const LIFECYCLE = [
  z
    .strictObject({ fault: z.literal('kill'), target: Selector, ...common })
    .describe('SIGKILL of the container, or of every process of the service'),
  z
    .strictObject({ fault: z.literal('stop'), target: Selector, grace: Duration.optional(), ...common })
    .describe('SIGTERM, and SIGKILL after `grace` (10 s)'),
  z.strictObject({ fault: z.literal('pause'), target: Selector, ...common }).describe('the freezer (docker) or SIGSTOP (process)'),
] as const;
