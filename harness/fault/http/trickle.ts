import type { FaultDefinition } from '../definition.ts';
import { number } from './number.ts';
import { onRoute } from './on-route.ts';

/** Answers whose bodies take forever although something always comes: no idle time-out ends them. */
export const trickle: FaultDefinition = {
  kind: 'http-trickle',
  family: 'http',
  does: 'bodies on a route come at `bytes_per_s`',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, { do: 'trickle', bytes_per_s: number(w, 'bytes_per_s') });
  },
};
