import { backups, ledger, sameAccount } from '../../fixtures/system/backups.ts';
import { BEFORE, LAST_BACKUP, row } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.7 The account is taken over: whoever has it deletes the backups first, all that its credentials reach, and then the machines. Only what lies under another account is left. */
export default scenario({
  title: 'When the account is taken over, its backups and machines are gone, and the offline copy under another account brings the data',
  principle: 10,
  claim: '10.7',
  system: backups,
  workload: ledger(),
  faults: {
    'deletes-backups': {
      fault: 'request',
      target: 'database',
      port: 'agent',
      path: '/run',
      body: { script: 'intrude', args: [] },
      seen: { at: 'repository', port: 'agent', path: '/status', has: '"backups":0' },
      at: { between: ['1 s', '6 s'] },
      amplifier: true,
      confirm_within: '30 s',
    },
    'deletes-machines': {
      fault: 'together',
      of: { primary: { fault: 'kill', target: 'database' }, standby: { fault: 'kill', target: 'replica' } },
      // Until it has deleted all that its credentials reach: what does that runs in one of these machines.
      after: { fault: 'deletes-backups', by: '5 s' },
    },
  },
  objectives: row({ replica: 'nothing', 'point-in-time': 'nothing', snapshot: 'nothing', offline: LAST_BACKUP }),
  sabotages: [
    {
      name: 'copy-under-the-same-account',
      title: 'The offline copy lies under the account of the database, and listens always',
      objective: 'offline',
      reason: 'restore.nothing',
      change: sameAccount,
    },
  ],
  ...BEFORE,
});
