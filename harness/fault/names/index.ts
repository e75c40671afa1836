import type { FaultDefinition } from '../definition.ts';

/** The name service. */
export const NAMES: readonly FaultDefinition[] = [];
