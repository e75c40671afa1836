import type { FaultDefinition } from '../definition.ts';
import { badRelease } from './bad-release.ts';
import { crashLoop } from './crash-loop.ts';
import { freezeProcess } from './freeze-process.ts';
import { kill } from './kill.ts';
import { killProcess } from './kill-process.ts';
import { outOfMemory } from './out-of-memory.ts';
import { pause } from './pause.ts';
import { request } from './request.ts';
import { restart } from './restart.ts';
import { stop } from './stop.ts';

/** Services that die, stop, freeze, or are told what they should not do. */
export const LIFECYCLE: readonly FaultDefinition[] = [
  kill,
  killProcess,
  stop,
  restart,
  pause,
  freezeProcess,
  outOfMemory,
  crashLoop,
  badRelease,
  request,
];
