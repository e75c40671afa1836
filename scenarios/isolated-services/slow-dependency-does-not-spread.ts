import { quotesSystem, quotesWorkload } from '../../fixtures/system/quotes.ts';
import { scenario } from '../../harness/index.ts';

const when = { at: { between: ['1 s', '2 s'] as [string, string] }, heal: { after: '8 s' } } as const;

/**
 * 8.2 A dependency that stalls, refuses or trickles: quotes are answered within half a second all the same (without a price), orders and browsing within their second, and when the dependency is well again its breaker
 * closes and prices are there.
 */
export default scenario({
  title: 'When the price service stalls, refuses or trickles, orders and browsing go on and quotes stay fast',
  principle: 8,
  claim: '8.2',
  system: { ...quotesSystem, may_touch: ['prices'] },
  workload: quotesWorkload,
  variants: {
    stall: { faults: { 'prices-stall': { fault: 'http-stall', link: 'prices', ...when } } },
    trickle: { faults: { 'prices-trickle': { fault: 'http-trickle', link: 'prices', bytes_per_s: 4, ...when } } },
    refuse: { faults: { 'prices-refuse': { fault: 'refuse', target: 'prices', ...when } } },
  },
  objectives: {
    unharmed: { kind: 'availability', of: ['order', 'browse', 'quote'], at_least: '99 %' },
    'prices-again': { kind: 'rto', of: ['priced'], within: '15 s', recovers: 'after_heal' },
  },
  sabotages: [
    {
      name: 'no-timeout',
      title: 'The api waits for prices as long as it takes: requests that wait hold its workers until none is left for orders',
      objective: 'unharmed',
      reason: 'availability.under',
      change: { services: { 'api-*': { env: { PRICE_TIMEOUT_MS: 'off' } } } },
      variants: ['stall', 'trickle'],
    },
    {
      name: 'deep-health-check',
      title: 'The balancer calls an api server well only when it can name a price: without the price service no server is left for orders',
      objective: 'unharmed',
      reason: 'availability.under',
      // A quote without a price is 203; the check wants 200.
      change: { services: { balancer: { env: { HEALTH_PATH: '/quotes/health-check' } } } },
      variants: ['refuse'],
    },
  ],
  // A hundred operations of each prober at least.
  baseline: '6 s',
  expected: '60 s',
});
