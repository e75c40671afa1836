import type { SpikeParameters } from '../../model/faults/traffic.ts';
import type { FaultDefinition } from '../definition.ts';
import { parameters } from './attackers.ts';
import { crowd } from './crowd.ts';

/** Requests that swell, stay, and ebb away. */
export const spike: FaultDefinition = {
  kind: 'spike',
  family: 'traffic',
  does: 'sends requests that swell to so many times the measured capacity, stay there, and ebb away',
  touches: 'none',
  needs: ['helpers'],
  seen_by: "the target's own counter of requests, asked by the observer",
  undone_by: 'ending k6',
  injection(aim) {
    const { rise, top, lasts } = parameters<SpikeParameters>(aim.fault);
    return crowd(aim, { rise_s: rise, top_s: Math.max(0, Math.min(top, lasts - 2 * rise)) }, null);
  },
};
