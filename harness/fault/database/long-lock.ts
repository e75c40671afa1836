import { randomBytes } from 'node:crypto';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { openSessions, type Sessions, serverItself, sqlOf } from './session.ts';

const WAIT_MS = 250;

/** A session of ours holds an ACCESS EXCLUSIVE lock on a table, as a migration does that was forgotten: not even reads go on. Only our own session is ended, known by its application_name. */
export const longLock: FaultDefinition = {
  kind: 'long-lock',
  family: 'database',
  does: 'a session holds an ACCESS EXCLUSIVE lock on `table`',
  touches: 'both',
  needs: ['helpers'],
  seen_by: `a read of the table by the observer, which waits ${WAIT_MS} ms for the lock; \`select 1\` at the same server must answer`,
  undone_by: 'ending our session, known by its application_name',
  injection({ targets, fault, place }) {
    const table = String(fault.with?.['table']);
    const name = `faultline:${fault.name}:${randomBytes(6).toString('hex')}`;
    const end = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`;
    let sessions: Sessions | null = null;
    return {
      async prepare() {
        sessions = await openSessions(place, fault.name);
      },
      sights: () =>
        targets.flatMap((target) => {
          const at = sqlOf(place, target, fault);
          return [
            {
              name: `${fault.name}: ${table} of ${target.name}`,
              on: 'target',
              from: 'observer',
              probe: { kind: 'sql', ...at, text: `select 1 from ${table} limit 1`, options: `-c lock_timeout=${WAIT_MS}` },
              means: `${table} can be read within ${WAIT_MS} ms`,
              every_ms: 100,
            },
            serverItself(fault, target, at, 200),
          ] as const;
        }),
      get undo() {
        return targets.flatMap((target) => sessions?.undo({ do: 'run', ...sqlOf(place, target, fault), text: end }) ?? []);
      },
      async inject() {
        for (const target of targets)
          await sessions?.order({
            do: 'hold',
            ...sqlOf(place, target, fault),
            name,
            text: `begin; lock table ${table} in access exclusive mode`,
          });
        return `${table} of ${names(targets)} is locked by ${name}`;
      },
      async heal() {
        for (const target of targets) await sessions?.order({ do: 'run', ...sqlOf(place, target, fault), text: end });
        return `the session ${name} was ended at ${names(targets)}`;
      },
    };
  },
};
