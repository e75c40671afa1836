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
  z
    .strictObject({ fault: z.literal('kill-process'), target: Selector, ...common })
    .describe('SIGKILL of the processes inside, their init apart, so that whoever supervises them acts'),
  z
    .strictObject({ fault: z.literal('freeze-process'), target: Selector, ...common })
    .describe('SIGSTOP of the processes inside, not the freezer'),
  z
    .strictObject({
      fault: z.literal('restart'),
      target: Selector,
      how: z.enum(['orderly', 'killed']).default('orderly').describe('SIGTERM first, or SIGKILL at once'),
      grace: Duration.prefault('10 s').describe('how long SIGTERM may take'),
      ...common,
    })
    .describe('ended, and started again at once'),
  z
    .strictObject({ fault: z.literal('out-of-memory'), target: Selector, ...common })
    .describe("memory is taken inside until the kernel's killer strikes (needs `memory_mb`)"),
  z
    .strictObject({
      fault: z.literal('crash-loop'),
      target: Selector,
      up: Duration.prefault('1 s').describe('how long it lives each time'),
      ...common,
    })
    .describe('dies again each time that it was started, until healed'),
  z
    .strictObject({
      fault: z.literal('bad-release'),
      target: Selector,
      image: z.string().optional().describe('an image that is here already, or can be pulled (docker)'),
      command: z.array(z.string()).min(1).optional(),
      env: z.record(z.string(), z.string()).optional().describe('laid over the environment of the good one'),
      ...common,
    })
    .describe('another image, command or environment in the place of the good one, at the same address with the same data'),
] as const;
