import type { FaultDefinition } from '../definition.ts';
import { onRoute } from './on-route.ts';

/** Headers, and then silence on an open connection. What hangs when it is healed comes whole. */
export const stall: FaultDefinition = {
  kind: 'http-stall',
  family: 'http',
  does: 'the headers of an answer on a route come, and the body does not',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection: (aim) => onRoute(aim, { do: 'stall' }),
};
