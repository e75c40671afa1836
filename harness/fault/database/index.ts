import type { FaultDefinition } from '../definition.ts';
import { cut } from './cut.ts';
import { handover } from './handover.ts';
import { hold } from './hold.ts';

/** Databases and their replication. */
export const DATABASE: readonly FaultDefinition[] = [hold, cut, handover];
