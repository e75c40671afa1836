import { z } from 'zod';
import { Duration, Share } from '../quantity.ts';
import { common, Selector } from './common.ts';

/** Processor, memory, disks, handles, connections. */
export const RESOURCE = [
  z
    .strictObject({
      fault: z.literal('cpu'),
      target: Selector,
      leave: Share.describe('of one processor, what it may still use: "5 %"'),
      ...common,
    })
    .describe('takes processor time away'),
  z
    .strictObject({
      fault: z.literal('slow-process'),
      target: Selector,
      runs: Share.describe('of the time, what its processes may still run: "10 %"'),
      every: Duration.prefault('1 s').describe('one stop and one run together'),
      ...common,
    })
    .describe('stops its processes (SIGSTOP) for most of each cycle; what supervises them (PID 1) goes on'),
  z
    .strictObject({
      fault: z.literal('memory'),
      target: Selector,
      fill: Share.describe('of its limit, how much is taken in the end: "90 %"'),
      ...common,
    })
    .describe('fills its memory (needs `memory_mb`)'),
  z
    .strictObject({ fault: z.literal('disk-full'), target: Selector, ...common })
    .describe("fills the service's own small volume (needs `disk_mb`), never the machine's disk"),
  z
    .strictObject({
      fault: z.literal('slow-disk'),
      target: Selector,
      per_second: z.string().describe('bytes each second, for example "64 KiB"'),
      ...common,
    })
    .describe('slows reads and writes of its volume down'),
  z
    .strictObject({
      fault: z.literal('file-handles'),
      target: Selector,
      leave: z.number().int().min(0).max(10_000).default(0).describe('how many more may be opened'),
      ...common,
    })
    .describe('lowers the limit of open files of its processes to what they have open'),
  z
    .strictObject({
      fault: z.literal('connections'),
      target: Selector,
      port: z.string().optional().describe('without it, the first that the service declares'),
      hold: z.number().int().min(1).max(20_000).default(1000).describe('how many are held at most'),
      ...common,
    })
    .describe('opens connections to a port and holds them, until there are no more to have'),
] as const;
