import { backups, ledger } from '../../fixtures/system/backups.ts';
import { row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** The size that is stated: 128 MB beside the users' world, eight times what the table of causes is measured with. */
const sized: typeof backups = {
  ...backups,
  services: {
    ...backups.services,
    operator: {
      ...backups.services['operator'],
      env: { ...backups.services['operator']?.env, SIZE_MB: '128', SNAPSHOT_EVERY_S: '24', OFFLINE_EVERY_S: '24' },
    },
  },
};

/**
 * 10.9 The ways back stand in the promised order: one disaster between two backups, all four ways side by side, at a size that is stated (128 MB). The replica loses what it had not got yet, point in time what the archive did not have yet, a snapshot what
 * was written since. Whether one is faster than another is told by the figures; promised is what each may take and lose.
 */
export default scenario({
  title:
    'At 128 MB the replica is back first and loses least, point in time loses seconds, and snapshot and offline copy what was written since',
  principle: 10,
  claim: '10.9',
  system: sized,
  workload: ledger(),
  faults: { 'lose-region-a': { fault: 'kill', target: { label: { region: 'a' } }, at: '3 s' } },
  objectives: {
    ...row({
      replica: { reaches_back: '1 s' },
      'point-in-time': { reaches_back: '9 s' },
      snapshot: { reaches_back: '48 s', at_least: '9 s' },
      offline: { reaches_back: '48 s', at_least: '2 s' },
    }),
    'replica-first': { kind: 'rto', of: ['read-replica'], within: '10 s' },
  },
  sabotages: [
    {
      name: 'sold-as-point-in-time',
      title: 'What is sold as point in time is the newest snapshot',
      objective: 'point-in-time',
      reason: 'restore.too_old',
      change: { services: { operator: { env: { POINT_IN_TIME: 'snapshot' } } } },
    },
  ],
  baseline: '33 s',
  settle_within: '90 s',
  expected: '140 s',
});
