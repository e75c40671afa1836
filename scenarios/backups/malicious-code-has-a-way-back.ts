import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, CUTS_BACKUPS, REPEATED } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.6 Malicious code: a package that a batch job uses encrypts orders, old and new, with all the rights that the job has. */
export default scenario({
  title: 'When malicious code encrypts orders, it is found, and three ways back bring what was right',
  principle: 10,
  claim: '10.6',
  system: backups,
  workload: ledger(),
  faults: {
    'malicious-code': {
      fault: 'request',
      target: 'job',
      path: '/update',
      body: { package: 'tidy@2' },
      seen: { path: '/status', has: '"package":"tidy@2"' },
      at: { between: ['1 s', '6 s'] },
    },
  },
  objectives: REPEATED,
  sabotages: [CUTS_BACKUPS],
  ...BEFORE,
});
