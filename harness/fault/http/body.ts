import type { FaultDefinition } from '../definition.ts';
import { onRoute } from './on-route.ts';

/** A lie with a straight face: 200, and not what was asked for. */
export const body: FaultDefinition = {
  kind: 'http-body',
  family: 'http',
  does: 'every answer on a route is 200 with the wrong body',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, { do: 'body', body: String(w['body']), type: String(w['type']), delivered: w['delivered'] === true });
  },
};
