import type { FaultDefinition } from '../definition.ts';

/** Clocks and certificates. */
export const CLOCK: readonly FaultDefinition[] = [];
