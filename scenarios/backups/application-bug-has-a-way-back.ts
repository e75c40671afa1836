import { backups, ledger, operated } from '../../fixtures/system/backups.ts';
import { BEFORE, LOSES_WAL, NOTICED_LATE, TAKES_THE_NEWEST } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.4 A bug of the application: a release of a batch job spoils one order after the other, slowly, while all else goes on, backups among it; it is noticed a while later. */
export default scenario({
  title: 'When a release spoils orders one by one, and backups are made of that, three ways back bring what was right before',
  principle: 10,
  claim: '10.4',
  // Where nobody notices at once, each place that keeps backups has one with the damage in it.
  system: operated(backups, { NOTICE_AFTER_S: String(NOTICED_LATE.after_s) }),
  workload: ledger(),
  faults: {
    'application-bug': {
      fault: 'request',
      target: 'job',
      path: '/release',
      body: { name: '2026.9' },
      seen: { path: '/status', has: '"release":"2026.9"' },
      at: { between: ['1 s', '6 s'] },
    },
  },
  objectives: NOTICED_LATE.objectives,
  sabotages: [LOSES_WAL, TAKES_THE_NEWEST],
  ...BEFORE,
});
