import type { FaultDefinition } from '../definition.ts';
import { flood } from './flood.ts';
import { mixedCrowd } from './mixed-crowd.ts';
import { slowBodies } from './slow-bodies.ts';
import { slowHeaders } from './slow-headers.ts';
import { slowReads } from './slow-reads.ts';
import { spike } from './spike.ts';

/** Floods and slow attackers. */
export const TRAFFIC: readonly FaultDefinition[] = [flood, spike, mixedCrowd, slowHeaders, slowBodies, slowReads];
