import type { Instance } from '../../model/runtime.ts';
import type { Login } from '../../model/system.ts';
import type { FaultDefinition, Place } from '../definition.ts';
import { names } from '../injection.ts';
import { openSessions, type Sessions, sqlOf } from './session.ts';

const PAUSE = 'select pg_wal_replay_pause()';
/** One that leads by now replays nothing. */
const RESUME = 'select pg_wal_replay_resume() where pg_is_in_recovery()';
const WITHIN_MS = 700;

/** Standbys receive and keep what the primary writes, and do not replay it: who reads there reads the past, and a promotion has to catch up first. */
export const replicationPaused: FaultDefinition = {
  kind: 'replication-paused',
  family: 'database',
  does: 'standbys receive and do not replay (pg_wal_replay_pause)',
  touches: 'none',
  needs: ['helpers'],
  seen_by:
    "the standbys' replay positions, as the primary tells them to the observer, which writes a message of its own to the log to have something to replay",
  undone_by: 'pg_wal_replay_resume; a server that ended has forgotten it',
  injection({ targets, fault, place }) {
    const login = (fault.with?.['login'] as Login | undefined) ?? place.system.cluster?.login;
    const of = (target: Instance) => {
      const found = sqlOf(place, target, fault);
      return { ...found, login: login ?? found.login };
    };
    let sessions: Sessions | null = null;
    const all = async (text: string) => {
      for (const target of targets) await sessions?.order({ do: 'run', ...of(target), text });
    };
    return {
      async prepare() {
        sessions = await openSessions(place, fault.name);
      },
      sights() {
        const primaries = others(place, targets).map((each) => of(each).address);
        return targets.map((target) => ({
          name: `${fault.name}: replay of ${target.name}`,
          on: 'target',
          from: 'observer',
          probe: {
            kind: 'replay',
            addresses: primaries,
            login: of(target).login,
            standby: { name: target.name, host: target.address().host },
            within_ms: WITHIN_MS,
          },
          means: `it has replayed what was written ${WITHIN_MS} ms ago`,
          every_ms: 100,
        }));
      },
      get undo() {
        return targets.flatMap((target) => sessions?.undo({ do: 'run', ...of(target), text: RESUME }) ?? []);
      },
      async inject() {
        await all(PAUSE);
        return `${names(targets)} do not replay`;
      },
      async heal() {
        await all(RESUME);
        return `${names(targets)} replay again`;
      },
    };
  },
};

/** Who may be the primary: the cluster's other members, or without a cluster whoever else answers SQL. */
function others({ system, instances }: Place, targets: readonly Instance[]): readonly Instance[] {
  const may = (each: Instance) =>
    system.cluster === undefined ? each.spec.ready !== undefined && 'sql' in each.spec.ready : system.cluster.members.includes(each.name);
  return [...instances.values()].filter((each) => may(each) && !targets.includes(each));
}
