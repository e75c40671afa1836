import type { SqlOrder } from '../../helpers/sql-session.ts';
import type { UndoAction } from '../../model/fault.ts';
import type { PlannedFault } from '../../model/plan.ts';
import type { Address, Helper, Instance } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Login } from '../../model/system.ts';
import { askHelper } from '../ask-helper.ts';
import type { Place } from '../definition.ts';

const PROGRAM = ['node', 'harness/helpers/sql-session.ts'] as const;

/** Sessions of ours with the databases, by a helper beside the system. */
export interface Sessions {
  /** Throws with the server's own words when it refuses. */
  order(order: SqlOrder): Promise<void>;
  /** An order as an undo, carried out by the helper's program, run anew. */
  undo(order: SqlOrder): readonly UndoAction[];
  /** Ends all sessions that are held. */
  readonly helper: Helper;
}

export async function openSessions(place: Place, name: string): Promise<Sessions> {
  const helper = await place.helper({ name: `${name}-sql`, argv: PROGRAM });
  const ask = askHelper(helper);
  return {
    helper,
    undo: (order) => helper.undoExec([...PROGRAM, JSON.stringify(order)]),
    async order(order) {
      const what = `${order.do} at ${order.address.host}:${order.address.port} as ${order.login.user}`;
      const line = await ask(JSON.stringify(order), what);
      const { ok, error } = JSON.parse(line) as { ok: boolean; error?: string };
      if (!ok) throw new Error(`${what}: ${error ?? 'refused'}`);
    },
  };
}

/** Where a service answers SQL, and as whom: as the fault says, else as its own `ready` does, else as the cluster's login. */
export function sqlOf(place: Place, target: Instance, fault: PlannedFault): { readonly address: Address; readonly login: Login } {
  const { ready } = target.spec;
  const { cluster } = place.system;
  const isMember = cluster?.members.includes(target.name) === true;
  const own = ready !== undefined && 'sql' in ready ? ready : null;
  const login = (fault.with?.['login'] as Login | undefined) ?? own?.login ?? (isMember ? cluster?.login : undefined);
  if (login === undefined) throw new Error(`${fault.name}: nobody says how to log in to ${target.name}; say \`login\``);
  return { address: target.address(own === null && isMember ? cluster?.sql_port : own?.port), login };
}

/** The server itself, which must go on answering: a sight of a bystander, asked as its target is. */
export function serverItself(fault: PlannedFault, target: Instance, at: ReturnType<typeof sqlOf>, every_ms: number): Sight {
  return {
    name: `${fault.name}: ${target.name} itself`,
    on: 'bystander',
    from: 'observer',
    probe: { kind: 'sql', ...at, text: 'select 1' },
    means: 'the server answers',
    every_ms,
  };
}
