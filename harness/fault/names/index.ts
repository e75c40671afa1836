import type { FaultDefinition } from '../definition.ts';
import { silent } from './silent.ts';
import { slow } from './slow.ts';
import { stale } from './stale.ts';
import { wrong } from './wrong.ts';

/** The name service that services ask. */
export const NAMES: readonly FaultDefinition[] = [silent, wrong, slow, stale];
