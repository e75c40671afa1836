import { orders } from '../../fixtures/system/orders.ts';
import { patroni } from '../../fixtures/system/patroni.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 9.3 The database loses its lock store: without it nobody may lead, so service stops (that is declared, not hidden), and nothing acknowledged may be lost. When the store is back, so must service be.
 */
export default scenario({
  title: 'When the database cluster loses its lock store and gets it back, service returns and no acknowledged order is lost',
  principle: 9,
  claim: '9.3',
  system: { ...patroni, may_touch: [...(patroni.may_touch ?? []), 'etcd'] },
  workload: orders({ direct: true }),
  faults: { 'lose-lock-store': { fault: 'kill', target: 'etcd', at: { between: ['2 s', '3 s'] }, heal: { after: '8 s' } } },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: '25 s', recovers: 'after_heal' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'proxy-trusts-late',
      title: 'The database proxy uses a server again only after 200 good checks, a minute of them',
      objective: 'rto',
      reason: 'rto.over',
      change: { services: { database: { env: { RISE: '200' } } } },
    },
  ],
  baseline: '4 s',
  settle_within: '90 s',
  expected: '100 s',
});
