import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LOSES_WAL, REPEATED } from '../../fixtures/system/ways-back.ts';
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
  objectives: REPEATED,
  sabotages: [LOSES_WAL],
  ...BEFORE,
});
