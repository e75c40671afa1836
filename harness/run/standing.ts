import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Runtime, StandUp, StandUpContext } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { ObserverLink } from '../observer/link.ts';
import { UndoLedger } from '../record/undo-ledger.ts';
import { enlist } from './enlist.ts';

/** How what stands without a run is called on the list. */
export const WITHOUT_RUN = 'contract-';

/** A system in its place without a run, with an observer beside it; its services are not started. For tests of what a run is made of. */
export interface Standing {
  readonly run: string;
  readonly token: string;
  readonly standUp: StandUp;
  readonly link: ObserverLink;
  readonly ledger: UndoLedger;
  /** Takes it down; twice does no harm. */
  down(): Promise<void>;
}

/** A place for a system that belongs to no run: its name and mark, its undo ledger, and its entry on the list of runs, so that it is healed as a run is when this process dies. */
export interface OwnPlace {
  readonly run: string;
  readonly token: string;
  readonly ledger: UndoLedger;
  /** What `standUp` needs of it. */
  readonly context: Pick<StandUpContext, 'id' | 'run' | 'logs' | 'register'>;
  /** Everything of it is gone: closes the ledger, and leaves the list. */
  leave(): void;
}

/** Makes a place in `folder`; `kind`: what its name begins with. */
export function ownPlace(where: string, kind: string): OwnPlace {
  // Its watcher stands elsewhere.
  const folder = path.resolve(where);
  const token = `t${randomBytes(4).toString('hex')}`;
  const run = `${kind}${token}`;
  const logs = path.join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const ledger = new UndoLedger(folder);
  const listed = enlist({ run, folder, since: new Date().toISOString() });
  return {
    run,
    token,
    ledger,
    context: {
      id: token,
      run,
      logs,
      register: async (what, action) => {
        const strike = ledger.register(what, action);
        return async () => strike('down');
      },
    },
    leave() {
      ledger.close();
      listed.remove();
    },
  };
}

/** Stands a system up, its undo ledger and logs in `folder`. It is on the list of runs while it stands. */
export async function stand(
  runtime: Runtime,
  system: System,
  folder: string,
  onLine: (line: string) => void = () => undefined,
): Promise<Standing> {
  const place = ownPlace(folder, WITHOUT_RUN);
  const { run, token, ledger } = place;
  const standUp = await runtime.standUp(system, { ...place.context, progress: () => undefined, signal: new AbortController().signal });
  const link = new ObserverLink(await standUp.observer(), { onLine, onProgress: () => undefined });
  await link.hello(run, token);
  return {
    run,
    token,
    standUp,
    link,
    ledger,
    async down() {
      if (!link.isDead) await link.end().catch(() => undefined);
      await standUp.down();
      place.leave();
    },
  };
}
