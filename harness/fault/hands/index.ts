import type { FaultDefinition } from '../definition.ts';
import { byHand } from './by-hand.ts';

/** What a person does. */
export const HANDS: readonly FaultDefinition[] = [byHand];
