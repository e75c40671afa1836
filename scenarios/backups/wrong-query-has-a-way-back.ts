import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LOSES_WAL, REPEATED } from '../../fixtures/system/ways-back.ts';
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
  objectives: REPEATED,
  // Seen in one of six plays: a backup had begun while the vault still fetched its own segments, waited a minute for one that was thrown away, and none was made meanwhile. So the newest ones were old, too.
  sabotages: [{ ...LOSES_WAL, takes_along: ['snapshot', 'offline'] }],
  ...BEFORE,
});
