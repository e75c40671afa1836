import { carryOut } from '../fault/undo.ts';
import type { StandUp } from '../model/runtime.ts';
import type { UndoLedger } from '../record/undo-ledger.ts';
import { within } from './cut-short.ts';

const DOWN_WITHIN_MS = 120_000;

/** Takes down what was made, and then what never became a stand-up, or would not go with it, by the ledger; past errors. Returns what could not be removed, and why; empty: nothing. */
export async function takeDown(making: Promise<StandUp> | null, ledger: UndoLedger): Promise<readonly string[]> {
  const stuck: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>) => {
    await work().catch((error: unknown) => stuck.push(`${what}: ${error instanceof Error ? error.message : String(error)}`));
  };
  const standUp = (await making?.catch(() => null)) ?? null;
  if (standUp !== null) await attempt('taking the system down', () => within(standUp.down(), DOWN_WITHIN_MS, 'it'));
  for (const { n, what, action } of ledger.pending())
    await attempt(what, async () => {
      await carryOut(action);
      ledger.strike(n, 'down');
    });
  return stuck;
}
