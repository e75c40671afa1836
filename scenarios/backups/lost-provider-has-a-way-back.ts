import { backups, keyInRegionA, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LAST_BACKUP, row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.8 The provider is gone, with all that stands there and the keys that it kept. */
export default scenario({
  title: 'When the provider and its keys are gone, the offline copy at another one brings the data with its own key',
  principle: 10,
  claim: '10.8',
  system: backups,
  workload: ledger(),
  faults: { 'lose-provider-a': { fault: 'kill', target: { label: { provider: 'a' } }, at: { between: ['1 s', '6 s'] } } },
  objectives: row({ replica: 'nothing', 'point-in-time': 'nothing', snapshot: 'nothing', offline: LAST_BACKUP }),
  sabotages: [
    {
      name: 'key-at-provider-a',
      title: 'The key to the offline copy lies with the provider whose loss it is for',
      objective: 'offline',
      reason: 'restore.nothing',
      change: keyInRegionA,
    },
  ],
  ...BEFORE,
});
