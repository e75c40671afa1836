import type { FaultDefinition } from '../definition.ts';
import { bandwidth } from './bandwidth.ts';
import { blackHole } from './black-hole.ts';
import { disconnect } from './disconnect.ts';
import { isolate } from './isolate.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { linkDown } from './link-down.ts';
import { loss } from './loss.ts';
import { partition } from './partition.ts';
import { dropPort, refuse } from './port.ts';
import { reset } from './reset.ts';
import { slowClose } from './slow-close.ts';

/** Links, partitions, losses. */
export const NETWORK: readonly FaultDefinition[] = [
  latency,
  bandwidth,
  slowClose,
  reset,
  blackHole,
  limitData,
  linkDown,
  partition,
  dropPort,
  refuse,
  loss,
  disconnect,
  isolate,
];
