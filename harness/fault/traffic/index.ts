import type { FaultDefinition } from '../definition.ts';

/** Floods and slow attackers. */
export const TRAFFIC: readonly FaultDefinition[] = [];
