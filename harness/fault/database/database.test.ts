import { contractDatabase, superuser } from '../../../fixtures/contract/postgres.ts';
import { describeNeeding } from '../../faces/needs.ts';
import { type FaultCase, faultContract } from '../fault.contract.ts';

const confirm_within = '10 s';
const statement = (table: string) =>
  ({
    fault: 'statement',
    target: 'main',
    login: superuser,
    text: `create table ${table} ()`,
    seen: "exists (select from pg_tables where tablename = 'spoiled')",
  }) as const;
const cases: readonly FaultCase[] = [
  {
    name: 'replication-paused',
    fault: { fault: 'replication-paused', target: 'standby', login: superuser },
    elsewhere: { fault: 'long-lock', target: 'main', table: 'others' },
    confirm_within,
  },
  {
    name: 'long-lock',
    fault: { fault: 'long-lock', target: 'main', table: 'orders' },
    elsewhere: { fault: 'long-lock', target: 'main', table: 'others' },
    confirm_within,
  },
  {
    name: 'connection-limit',
    fault: { fault: 'connection-limit', target: 'main' },
    elsewhere: { fault: 'connection-limit', target: 'standby' },
    confirm_within,
  },
  // Last: it stays.
  { name: 'statement', fault: statement('spoiled'), elsewhere: statement('another'), confirm_within, lasting: true },
];

await describeNeeding('docker', 'databases', () => faultContract('docker', contractDatabase, cases));
