import { z } from 'zod';
import { Login, Name } from '../system.ts';
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
  z
    .strictObject({ fault: z.literal('replication-paused'), target: Selector, login: Login.optional(), ...common })
    .describe('standbys receive and do not replay (pg_wal_replay_pause); `login` may call it: without it, the one of the cluster'),
  z
    .strictObject({
      fault: z.literal('long-lock'),
      target: Selector,
      table: z.string().regex(/^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/, { error: 'a table, for example "orders" or "public.orders"' }),
      login: Login.optional(),
      ...common,
    })
    .describe('a session holds an ACCESS EXCLUSIVE lock on a table'),
  z
    .strictObject({
      fault: z.literal('connection-limit'),
      target: Selector,
      login: Login.optional().describe("without it, the one of the service's `ready`"),
      ...common,
    })
    .describe('all connections of the database are taken'),
  z
    .strictObject({
      fault: z.literal('statement'),
      target: Selector,
      login: Login.optional().describe("without it, the one of the service's `ready`, or of the cluster"),
      text: z.string().min(1),
      seen: z.string().min(1).describe('an SQL expression that is true once it was done, and false before'),
      ...common,
    })
    .describe('runs SQL that should not be run; nothing takes it back'),
] as const;
