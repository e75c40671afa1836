import type { ReadBack } from '../model/journey.ts';
import type { Instance } from '../model/runtime.ts';
import type { ResolvedRead } from '../observer/protocol.ts';
import { unlessCut } from './cut-short.ts';
import { leaderOf } from './settle.ts';
import type { Stage } from './stage.ts';
import { instanceOf } from './streams.ts';

const READ_WITHIN_S = 120;

/** Reads every store back through a clean path, the authoritative one first. The system is quiet by now. */
export async function readBack(stage: Stage): Promise<void> {
  const { plan, link, display, signal, standUp, token } = stage;
  const { read_back } = plan;
  if (read_back === null) return;
  display.phase('read', 'reading everything back');
  await link.mark({ k: 'phase', phase: 'read' });
  const leader = leaderOf(link);
  const stores = read_back.from === 'members' ? (plan.system.cluster?.members ?? []) : read_back.from;
  const authority = read_back.from === 'members' ? leader : stores[0];
  for (const store of [...stores].sort((a, b) => Number(b === authority) - Number(a === authority))) {
    const from = resolveRead(read_back, instanceOf(standUp, store), plan.system.cluster?.sql_port);
    const role = store === authority ? 'authority' : 'member';
    // A store that cannot be read is a `read` event that is not complete: the judge needs to know, the run goes on.
    await unlessCut(
      link.read({ store, role, from, prefix: `${token}.`, timeout_ms: READ_WITHIN_S * 1000 }),
      `the final read of ${store}`,
      READ_WITHIN_S + 10,
      signal,
      link,
    ).catch((error: unknown) => {
      if (signal.aborted) throw error;
      display.line(`the final read of ${store} failed: ${(error as Error).message}`);
    });
  }
}

function resolveRead(read: ReadBack, instance: Instance, clusterPort: string | undefined): ResolvedRead {
  if (read.sql !== undefined)
    return { kind: 'sql', address: instance.address(read.port ?? clusterPort), login: read.sql.login, text: read.sql.text };
  if (read.http !== undefined) return { kind: 'http', address: instance.address(read.port), ...read.http };
  throw new Error('the read-back says neither sql nor http');
}
