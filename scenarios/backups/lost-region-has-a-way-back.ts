import { backups, keyInRegionA, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LAST_BACKUP, LAST_SEGMENT, row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.5 A zone or a region is lost, with the database and what runs beside it. Here the replica helps, too. */
export default scenario({
  title: 'When the region of the database is lost, all four ways back bring the data, the replica all but a second of it',
  principle: 10,
  claim: '10.5',
  system: backups,
  workload: ledger(),
  faults: { 'lose-region-a': { fault: 'kill', target: { label: { region: 'a' } }, at: { between: ['1 s', '6 s'] } } },
  objectives: row({ replica: { reaches_back: '1 s' }, 'point-in-time': LAST_SEGMENT, snapshot: LAST_BACKUP, offline: LAST_BACKUP }),
  sabotages: [
    {
      name: 'key-in-region-a',
      title: 'The key to the backups lies in region a',
      objective: 'point-in-time',
      reason: 'restore.nothing',
      takes_along: ['snapshot', 'offline'],
      change: keyInRegionA,
    },
  ],
  ...BEFORE,
});
