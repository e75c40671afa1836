import { backups, ledger } from '../../fixtures/system/backups.ts';
import { scenario } from '../../harness/index.ts';

/** 10.5, the other side: a database that comes back is not lost. Whoever took it for lost would throw away what it has, and lead users to what lags behind. */
export default scenario({
  title: 'When the database is gone for five seconds, nobody takes it for lost, and nothing that was acknowledged is',
  principle: 10,
  claim: '10.5',
  system: backups,
  workload: { ...ledger(), read_back: { ...ledger().read_back, from: ['database'] } },
  faults: {
    'lose-database-for-a-while': { fault: 'kill', target: 'database', at: { between: ['1 s', '6 s'] }, heal: { after: '4 s' } },
  },
  objectives: {
    'taken-for-lost': { kind: 'gauge', figure: { at: 'operator', path: '/status', number: '/detected' }, at_most: 0 },
    rto: { kind: 'rto', of: ['order'], within: '20 s', recovers: 'after_heal' },
    rpo: { kind: 'rpo', at_most: '0 writes' },
  },
  sabotages: [
    {
      name: 'hasty',
      title: 'A database that tells nothing for half a second is taken for lost',
      objective: 'taken-for-lost',
      reason: 'gauge.beyond',
      takes_along: ['rto', 'rpo'],
      change: { services: { operator: { env: { GONE_AFTER_S: '0.5' } } } },
    },
  ],
  baseline: '12 s',
  settle_within: '60 s',
  expected: '70 s',
});
