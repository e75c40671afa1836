import type { FaultDefinition } from '../definition.ts';
import { kill } from './kill.ts';
import { pause } from './pause.ts';
import { stop } from './stop.ts';

/** Services that die, stop, freeze. */
export const LIFECYCLE: readonly FaultDefinition[] = [kill, stop, pause];
