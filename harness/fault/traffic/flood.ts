import type { CrowdParameters } from '../../model/faults/traffic.ts';
import type { FaultDefinition } from '../definition.ts';
import { parameters } from './attackers.ts';
import { crowd } from './crowd.ts';

/** Requests at a constant rate, whatever the answers. */
export const flood: FaultDefinition = {
  kind: 'flood',
  family: 'traffic',
  does: 'sends requests at a constant rate, so many times the capacity that was measured right before, from addresses of its own',
  touches: 'none',
  needs: ['helpers'],
  seen_by: "the target's own counter of requests, asked by the observer",
  undone_by: 'ending k6',
  injection: (aim) => crowd(aim, { lasts_s: parameters<CrowdParameters>(aim.fault).lasts }, null),
};
