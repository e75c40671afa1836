import { orders } from '../../fixtures/system/orders.ts';
import { predictedForPlace, regions } from '../../fixtures/system/regions.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 9.5 Losing a region is survived, in a first form (the users' way in stands in region b, and nothing counts what crosses between regions): everything that is labelled region a dies at once, the database's primary, its proxy, an api server and a vote of the control plane. And the way back: when
 * the region has returned, leadership is handed back to it, and that loses nothing either.
 */
export default scenario({
  title: 'When all of the leading region is lost, the other one takes over and no acknowledged order is lost',
  principle: 9,
  claim: '9.5',
  system: regions,
  workload: orders(),
  variants: {
    lose: {
      faults: { 'lose-region-a': { fault: 'kill', target: { label: { region: 'a' } }, at: { between: ['2 s', '3 s'] } } },
      predicted: predictedForPlace,
      must_see: ['new primary'],
    },
    'fail-back': {
      faults: {
        'lose-region-a': {
          fault: 'kill',
          target: { label: { region: 'a' } },
          at: { between: ['1 s', '2 s'] },
          heal: { after: '20 s' },
          amplifier: true,
        },
        'hand-back': { fault: 'handover', to: 'pg-1', on: { event: { healed: 'lose-region-a' }, by: '15 s' } },
      },
    },
  },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '25 s', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'hidden-call-to-region-a',
      title: 'The api server of region b reaches the database through the proxy of region a, as nobody remembers',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { 'api-b': { env: { DATABASES: '${database-a.addr.sql}' } } } },
      variants: ['lose'],
    },
    {
      name: 'proxies-trust-late',
      title: 'The database proxies use a server again only after 200 good checks, a minute of them',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { 'database-*': { env: { RISE: '200' } } } },
      variants: ['fail-back'],
    },
  ],
  baseline: '4 s',
  settle_within: '90 s',
  expected: '100 s',
});
