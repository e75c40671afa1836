import type { MixedParameters } from '../../model/faults/traffic.ts';
import type { FaultDefinition } from '../definition.ts';
import { parameters } from './attackers.ts';
import { crowd } from './crowd.ts';

/** People with sessions, bots that say so, and attackers that claim to come from elsewhere, all at once. Who asks next comes from the seed. */
export const mixedCrowd: FaultDefinition = {
  kind: 'mixed-crowd',
  family: 'traffic',
  does: 'sends requests of people with sessions, bots and attackers, in shares, together so many times the measured capacity',
  touches: 'none',
  needs: ['helpers'],
  seen_by: "the target's own counter of requests, asked by the observer",
  undone_by: 'ending k6',
  draw: (given, random) => ({ ...given, seed: random.int(2 ** 31) }),
  injection(aim) {
    const { lasts, seed, people, bots, sessions } = parameters<MixedParameters>(aim.fault);
    return crowd(aim, { lasts_s: lasts }, { seed, people, bots, sessions });
  },
};
