import type { FaultDefinition } from '../definition.ts';

/** Links, partitions, losses. */
export const NETWORK: readonly FaultDefinition[] = [];
