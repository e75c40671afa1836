import type { FaultDefinition } from '../definition.ts';
import { number } from './number.ts';
import { onRoute } from './on-route.ts';

/** The most asked for: does a client try again? It ends by itself when the clients have used the failures up; the heal then finds nothing to do, and what is seen is the end. */
export const failFirst: FaultDefinition = {
  kind: 'http-fail-first',
  family: 'http',
  does: 'the first `first` requests on a route fail with `status`, and then it works',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, { do: 'fail-first', first: number(w, 'first'), status: number(w, 'status'), delivered: w['delivered'] === true });
  },
};
