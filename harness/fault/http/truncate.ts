import type { FaultDefinition } from '../definition.ts';
import { number } from './number.ts';
import { onRoute } from './on-route.ts';

/** Answers begin and end too early: less than their Content-Length, or chunks without the last one. */
export const truncate: FaultDefinition = {
  kind: 'http-truncate',
  family: 'http',
  does: 'bodies on a route are cut off after `bytes`',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, { do: 'truncate', bytes: number(w, 'bytes') });
  },
};
