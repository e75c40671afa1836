import type { FaultDefinition } from '../definition.ts';
import { number } from './number.ts';
import { onRoute } from './on-route.ts';

/** Every answer on the route has the wrong status; the service is not asked, unless `delivered`. */
export const status: FaultDefinition = {
  kind: 'http-status',
  family: 'http',
  does: 'every answer on a route has the wrong status',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, { do: 'status', status: number(w, 'status'), delivered: w['delivered'] === true });
  },
};
