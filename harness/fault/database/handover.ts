import type { FaultDefinition } from '../definition.ts';
import { sqlOf } from './session.ts';

/** Patroni's own request for a planned switch of leaders (its REST interface, POST /switchover). */
const ASK = `import json,sys,urllib.request as u
r=u.Request('http://127.0.0.1:8008/switchover',json.dumps({'leader':sys.argv[1],'candidate':sys.argv[2]}).encode(),{'content-type':'application/json'})
print(u.urlopen(r,timeout=20).read().decode())`;

/**
 * Asks the cluster to hand leadership to a named member, as an operator does before maintenance or to fail back. It is there to stay: nothing undoes it, and whoever leads afterwards is as good as
 * before. A member that leads already cannot be handed anything: an error.
 */
export const handover: FaultDefinition = {
  kind: 'handover',
  family: 'database',
  does: 'asks the cluster to hand leadership to the member `to`',
  touches: 'existing',
  needs: ['exec'],
  seen_by: 'the database of the member `to` is no longer in recovery, asked by the observer',
  undone_by: 'nothing: it is a planned change that stays',
  injection({ targets, fault, place }) {
    const [to] = targets;
    if (to === undefined) throw new Error(`${fault.name}: nobody to hand leadership to`);
    return {
      lasting: true,
      undo: [],
      sights: () => [
        {
          name: `${fault.name}: ${to.name} is a replica`,
          on: 'target',
          from: 'observer',
          // Asked of PostgreSQL, not of Patroni: its REST interface is Python, and questions at every tau keep it from renewing its lease.
          probe: { kind: 'sql', ...sqlOf(place, to, fault), text: 'select 1 / pg_is_in_recovery()::int' },
          means: `${to.name} is in recovery: 1 / pg_is_in_recovery()::int is no error there`,
        },
      ],
      async inject() {
        const leader = place.leader();
        if (leader === null) throw new Error(`${fault.name}: nobody leads, so nobody can hand over to ${to.name}`);
        const done = await to.exec(['python3', '-c', ASK, leader, to.name]);
        if (done.code !== 0)
          throw new Error(`switch-over from ${leader} to ${to.name} was refused: ${done.stderr.trim().split('\n').at(-1) ?? ''}`);
        return `asked to hand over from ${leader} to ${to.name}: ${done.stdout.trim()}`;
      },
      heal: () => Promise.resolve('nothing to heal: the change stays'),
    };
  },
};
