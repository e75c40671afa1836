import type { FaultDefinition } from '../definition.ts';
import { connectionLimit } from './connection-limit.ts';
import { cut } from './cut.ts';
import { handover } from './handover.ts';
import { hold } from './hold.ts';
import { longLock } from './long-lock.ts';
import { replicationPaused } from './replication-paused.ts';
import { statement } from './statement.ts';

/**
 * Databases and their replication. What a database dies of (kill, stop, pause, slow-process, a partition) is of other families, aimed at `{ role: 'primary' }` or `{ role: 'replica' }`; its lock store
 * is lost by the same, aimed at the service that keeps it.
 */
export const DATABASE: readonly FaultDefinition[] = [hold, cut, handover, replicationPaused, longLock, connectionLimit, statement];
