import type { FaultDefinition } from '../definition.ts';

/** HTTP answers on a link. */
export const HTTP: readonly FaultDefinition[] = [];
