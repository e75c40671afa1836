import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { openSessions, type Sessions, serverItself, sqlOf } from './session.ts';

/** SQL as an operator, a migration or a bug runs it. It is there to stay: getting back what it damaged is what the scenario is about. */
export const statement: FaultDefinition = {
  kind: 'statement',
  family: 'database',
  does: 'runs SQL that should not be run: a wrong query, a faulty migration',
  touches: 'none',
  needs: ['helpers'],
  seen_by:
    'an SQL expression (`seen`) that is false before and true after, asked by the observer at the same server, which must go on answering',
  undone_by: 'nothing: getting back what it damaged is the business of the system',
  injection({ targets, fault, place }) {
    const text = String(fault.with?.['text']);
    const seen = String(fault.with?.['seen']);
    let sessions: Sessions | null = null;
    return {
      lasting: true,
      undo: [],
      async prepare() {
        sessions = await openSessions(place, fault.name);
      },
      sights: () =>
        targets.flatMap((target) => {
          const at = sqlOf(place, target, fault);
          return [
            {
              name: `${fault.name}: ${target.name} as before`,
              on: 'target',
              from: 'observer',
              probe: { kind: 'sql', ...at, text: `select 1 / (case when (${seen}) then 0 else 1 end)` },
              means: `"${seen}" is not true at ${target.name}`,
              every_ms: 50,
            },
            // A server that is not there answers nothing, and nothing says that it was done.
            serverItself(fault, target, at, 50),
          ] as const;
        }),
      async inject() {
        // In a session that stays open: it is refused where none can be had, as undos must not be.
        for (const target of targets)
          await sessions?.order({ do: 'hold', ...sqlOf(place, target, fault), name: `faultline:${fault.name}`, text });
        return `"${text}" was run at ${names(targets)}`;
      },
      heal: () => Promise.resolve('nothing to heal: the change stays'),
    };
  },
};
