import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Runtime, StandUp } from '../model/runtime.ts';
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

/** Stands a system up, its undo ledger and logs in `place`. It is on the list of runs while it stands, so that it is healed as a run is when this process dies. */
export async function stand(
  runtime: Runtime,
  system: System,
  place: string,
  onLine: (line: string) => void = () => undefined,
): Promise<Standing> {
  const token = `t${randomBytes(4).toString('hex')}`;
  const run = `${WITHOUT_RUN}${token}`;
  const logs = path.join(place, 'logs');
  mkdirSync(logs, { recursive: true });
  const ledger = new UndoLedger(place);
  const listed = enlist({ run, folder: place, since: new Date().toISOString() });
  const standUp = await runtime.standUp(system, {
    id: token,
    run,
    logs,
    register: async (what, action) => {
      const strike = ledger.register(what, action);
      return async () => strike('down');
    },
    progress: () => undefined,
    signal: new AbortController().signal,
  });
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
      ledger.close();
      listed.remove();
    },
  };
}
