import { backups, ledger } from '../../fixtures/system/backups.ts';
import { BEFORE, LOSES_WAL, REPEATED } from '../../fixtures/system/ways-back.ts';
import { scenario } from '../../harness/index.ts';

/** 10.1 Environments that are not isolated: a test suite that has the address of production prepares its database, as it does before each test. */
export default scenario({
  title: 'When tests run against production, three ways back bring the data, and the replica has what the tests left',
  principle: 10,
  claim: '10.1',
  system: backups,
  workload: ledger(),
  faults: {
    'tests-in-production': {
      fault: 'statement',
      target: 'database',
      text: "begin; drop table orders; create table orders (id text primary key, value text, writer text, seq bigint, seal text, at timestamptz default clock_timestamp()); alter table orders owner to app; insert into orders (id, value) values ('test-1', 'a test order'); commit",
      seen: "exists (select from orders where id = 'test-1')",
      at: { between: ['1 s', '6 s'] },
    },
  },
  objectives: REPEATED,
  sabotages: [LOSES_WAL],
  ...BEFORE,
});
