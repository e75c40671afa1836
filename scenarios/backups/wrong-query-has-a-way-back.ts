import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LAST_BACKUP, LAST_GOOD, row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.3 A wrong query: an UPDATE whose WHERE was forgotten. A replica repeats it faithfully. */
export default scenario({
  title: 'When a wrong query changes every order, three ways back bring them, and the replica repeats the query faithfully',
  principle: 10,
  claim: '10.3',
  system: backups,
  workload: ledger(),
  faults: {
    'wrong-query': {
      fault: 'statement',
      target: 'database',
      text: "update orders set value = 'paid'",
      seen: "exists (select from orders where id = 'old-1' and value = 'paid')",
      at: { between: ['1 s', '6 s'] },
    },
  },
  objectives: row({ replica: 'damage', 'point-in-time': LAST_GOOD, snapshot: LAST_BACKUP, offline: LAST_BACKUP }),
  sabotages: [
    {
      name: 'sold-as-point-in-time',
      title: 'What is sold as point in time is the newest snapshot',
      objective: 'point-in-time',
      reason: 'restore.too_old',
      change: { services: { operator: { env: { POINT_IN_TIME: 'snapshot' } } } },
    },
  ],
  ...BEFORE,
});
