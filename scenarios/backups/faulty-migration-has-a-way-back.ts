import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, CUTS_BACKUPS, REPEATED } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.2 A faulty migration: it makes a column shorter, and what did not fit is cut off. No migration back brings that again. */
export default scenario({
  title: 'When a migration cuts off values, three ways back bring them, and the replica has them cut off, too',
  principle: 10,
  claim: '10.2',
  system: backups,
  workload: ledger(),
  faults: {
    'faulty-migration': {
      fault: 'statement',
      target: 'database',
      text: 'alter table orders alter column value type varchar(3) using left(value, 3)',
      seen: "(select character_maximum_length from information_schema.columns where table_name = 'orders' and column_name = 'value') = 3",
      at: { between: ['1 s', '6 s'] },
    },
  },
  objectives: REPEATED,
  sabotages: [CUTS_BACKUPS],
  ...BEFORE,
});
