import type { FaultDefinition } from '../definition.ts';
import { expired, wrongName } from './certificate.ts';
import { skew } from './skew.ts';

/** Clocks and what is valid by them. */
export const CLOCK: readonly FaultDefinition[] = [skew, expired, wrongName];
