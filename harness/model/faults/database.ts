import { z } from 'zod';
import { Name } from '../system.ts';
import { common, Selector } from './common.ts';

/** Databases and their replication. */
export const DATABASE = [
  z
    .strictObject({ fault: z.literal('hold'), target: Name, port: z.string().optional(), ...common })
    .describe('asks a relay of ours to hold what it carries back: POST /hold, undone by POST /release'),
  z
    .strictObject({ fault: z.literal('cut'), target: Selector, from: Selector, from_port: z.string(), ...common })
    .describe('drops packets that come from a port of `from`, in the network namespace of `target` (needs NET_ADMIN there)'),
  z
    .strictObject({ fault: z.literal('handover'), to: Name, ...common })
    .describe('asks the cluster (Patroni) to hand leadership to a member, as before maintenance; it stays so'),
] as const;
