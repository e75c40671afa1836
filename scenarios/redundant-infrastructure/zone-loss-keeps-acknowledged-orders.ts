import { orders } from '../../fixtures/system/orders.ts';
import { predictedForPlace } from '../../fixtures/system/regions.ts';
import { zones } from '../../fixtures/system/zones.ts';
import { scenario } from '../../harness/index.ts';

/** 9.4 Losing a zone is survived: all that is labelled zone 1 dies at once, the database's primary, its proxy, an api server and a vote of the lock store. */
export default scenario({
  title: 'When all of the leading zone is lost, the others go on and no acknowledged order is lost',
  principle: 9,
  claim: '9.4',
  system: zones,
  workload: orders(),
  faults: { 'lose-zone-1': { fault: 'kill', target: { label: { zone: '1' } }, at: { between: ['2 s', '3 s'] } } },
  predicted: predictedForPlace,
  must_see: ['new primary'],
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: 'zone', recovers: 'unaided' },
    rpo: { kind: 'rpo', at_most: 'zone' },
  },
  sabotages: [
    {
      name: 'replicas-in-one-zone',
      title: 'Both replicas stand in the zone of their primary: whoever placed them looked at servers, not at zones',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { 'pg-2': { labels: { zone: '1' } }, 'pg-3': { labels: { zone: '1' } } } },
    },
  ],
  baseline: '4 s',
  settle_within: '90 s',
  expected: '90 s',
});
