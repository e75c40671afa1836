import type { Stream } from '../../record/seed.ts';
import type { FaultDefinition } from '../definition.ts';
import { number } from './number.ts';
import { onRoute } from './on-route.ts';

/** Each request on the route fails or passes as a sequence says that the plan holds, so that a replay spoils the same ones.
 * A look is treated like the next request that fails: it shows that the rule is in force; how many of how many failed is told at the heal. */
export const failShare: FaultDefinition = {
  kind: 'http-fail-share',
  family: 'http',
  does: 'a share of the requests on a route fails with `status`, which ones drawn with the plan',
  touches: 'both',
  needs: ['links'],
  seen_by: 'the observer, through the link, as if on that route; the service itself and another route stay well',
  undone_by: 'taking the rule from the proxy',
  draw: (parameters, random) => ({ ...parameters, sequence: drawSequence(Number(parameters['share']), random) }),
  injection(aim) {
    const w = aim.fault.with ?? {};
    return onRoute(aim, {
      do: 'fail-share',
      sequence: String(w['sequence']),
      status: number(w, 'status'),
      delivered: w['delivered'] === true,
    });
  },
};

const PERIOD = 1000;

/** 1000 requests, of which exactly the share fails, at places that are drawn. */
function drawSequence(share: number, random: Stream): string {
  const bits = Array.from({ length: PERIOD }, (_, i): string => (i < Math.round(share * PERIOD) ? '1' : '0'));
  for (let i = PERIOD - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [bits[i], bits[j]] = [bits[j] ?? '', bits[i] ?? ''];
  }
  return bits.join('');
}
