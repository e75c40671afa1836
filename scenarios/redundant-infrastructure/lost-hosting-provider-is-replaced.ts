import { ledger } from '../../fixtures/system/backups.ts';
import { keyAtProviderA, rebuilt } from '../../fixtures/system/rebuilt.ts';
import { BEFORE, LAST_BACKUP } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/**
 * 9.6 Losing a whole provider is survived, of hosting: the database, its archive and their keys are gone; the database is rebuilt at the other provider from the offline copy alone, and people write there. How old the state is from which they go on is
 * the RPO (provider), the last offline copy.
 */
export default scenario({
  title: 'When the hosting provider is lost, the database is rebuilt at another from the offline copy, and orders are taken there',
  principle: 9,
  claim: '9.6',
  system: rebuilt,
  workload: ledger({ of: ['offline'] }),
  faults: { 'lose-provider-a': { fault: 'kill', target: { label: { provider: 'a' } }, at: { between: ['1 s', '6 s'] } } },
  objectives: {
    rto: { kind: 'rto', of: ['order'], within: 'provider', recovers: 'unaided' },
    'last-copy': { kind: 'restore', store: 'place-offline', seen_by: 'read-offline', within: 'provider', ...LAST_BACKUP },
  },
  sabotages: [
    {
      name: 'key-at-provider-a',
      title: 'The key to the offline copy lies with the provider whose loss it is for',
      objective: 'last-copy',
      reason: 'restore.nothing',
      takes_along: ['rto'],
      change: keyAtProviderA,
    },
  ],
  ...BEFORE,
  expected: '210 s',
});
