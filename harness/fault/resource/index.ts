import type { FaultDefinition } from '../definition.ts';

/** Processor, memory, disks, handles, connections. */
export const RESOURCE: readonly FaultDefinition[] = [];
