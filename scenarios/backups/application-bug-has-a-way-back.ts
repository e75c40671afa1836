import { backups, ledger, walMissing } from '../../fixtures/system/backups.ts';
import { BEFORE, LAST_BACKUP, LAST_GOOD, row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.4 A bug of the application: a release of a batch job spoils one order after the other, slowly, while all else goes on. */
export default scenario({
  title: 'When a release spoils orders one by one, it is found, and three ways back bring what was right',
  principle: 10,
  claim: '10.4',
  system: backups,
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
  objectives: row({ replica: 'damage', 'point-in-time': LAST_GOOD, snapshot: LAST_BACKUP, offline: LAST_BACKUP }),
  sabotages: [
    {
      name: 'wal-missing',
      title: 'The archive says of every segment that it keeps it, and loses those that no backup waits for',
      objective: 'point-in-time',
      reason: 'restore.nothing',
      change: walMissing,
    },
  ],
  ...BEFORE,
});
