import { z } from 'zod';
import { UrlPath } from '../figure.ts';
import { Duration } from '../quantity.ts';
import { Name } from '../system.ts';
import { common, Selector } from './common.ts';

const only = z
  .string()
  .min(1)
  .optional()
  .describe(
    'only processes with this in their command line: a supervisor beside them is left alone, and can act. What it leaves dead no heal starts: that starts the service',
  );

/** Services that die, stop, freeze, or are told what they should not do. */
export const LIFECYCLE = [
  z
    .strictObject({ fault: z.literal('kill'), target: Selector, ...common })
    .describe('SIGKILL of the container, or of every process of the service'),
  z
    .strictObject({ fault: z.literal('stop'), target: Selector, grace: Duration.optional(), ...common })
    .describe('SIGTERM, and SIGKILL after `grace` (10 s)'),
  z.strictObject({ fault: z.literal('pause'), target: Selector, ...common }).describe('the freezer (docker) or SIGSTOP (process)'),
  z
    .strictObject({ fault: z.literal('kill-process'), target: Selector, only, ...common })
    .describe('SIGKILL of the processes inside, their init apart, so that whoever supervises them acts'),
  z
    .strictObject({ fault: z.literal('freeze-process'), target: Selector, only, ...common })
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
  z
    .strictObject({
      fault: z.literal('request'),
      target: Name,
      port: z.string().optional(),
      method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
      path: UrlPath,
      body: z.json().optional().describe('sent as JSON'),
      answers: z.array(z.number().int()).default([200, 201, 202, 204]).describe('what says that it was accepted'),
      seen: z
        .strictObject({ at: Name.optional(), port: z.string().optional(), path: UrlPath, has: z.string().min(1) })
        .describe('GET `path` at a service (`at`; the target without it) answers 200, and has this text once it was done, and not before'),
      ...common,
    })
    .describe('asks a service, over HTTP, to do what should not be done; nothing takes it back'),
] as const;
