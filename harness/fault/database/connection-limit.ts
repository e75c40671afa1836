import { randomBytes } from 'node:crypto';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { shell } from '../shell.ts';
import { openSessions, type Sessions, sqlOf } from './session.ts';

/** Sessions of ours take every connection that this login may have, and those that become free. Whoever has a connection keeps it. */
export const connectionLimit: FaultDefinition = {
  kind: 'connection-limit',
  family: 'database',
  does: 'takes every connection that is left, with the login of the service',
  touches: 'new',
  needs: ['helpers'],
  seen_by: 'a new connection by the observer with the same login (refused: 53300)',
  undone_by: 'ending the helper whose connections they are',
  injection({ targets, fault, place }) {
    const name = `faultline:${fault.name}:${randomBytes(6).toString('hex')}`;
    let sessions: Sessions | null = null;
    return {
      async prepare() {
        sessions = await openSessions(place, fault.name);
      },
      sights: () =>
        targets.map((target) => ({
          name: `${fault.name}: connections of ${target.name}`,
          on: 'target',
          from: 'observer',
          probe: { kind: 'sql', ...sqlOf(place, target, fault), text: 'select 1', fresh: true },
          means: 'a new connection is accepted, and answers',
          every_ms: 100,
        })),
      get undo() {
        // Everything in the helper but its init, which ends with it.
        return sessions?.helper.undoExec(shell('kill -9 -1')) ?? [];
      },
      async inject() {
        for (const target of targets) await sessions?.order({ do: 'take', ...sqlOf(place, target, fault), name });
        return `every connection of ${names(targets)} is taken`;
      },
      async heal() {
        await sessions?.helper.end();
        return `the connections of ${names(targets)} are free again`;
      },
    };
  },
};
