import type { FaultDefinition } from '../definition.ts';
import { body } from './body.ts';
import { failFirst } from './fail-first.ts';
import { failShare } from './fail-share.ts';
import { stall } from './stall.ts';
import { status } from './status.ts';
import { trickle } from './trickle.ts';
import { truncate } from './truncate.ts';

/** HTTP answers on a link. */
export const HTTP: readonly FaultDefinition[] = [failFirst, failShare, status, body, truncate, stall, trickle];
