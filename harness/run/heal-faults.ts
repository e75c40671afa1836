import { witnessOf } from '../model/faults/witness.ts';
import { within } from './cut-short.ts';
import { closeSights } from './sights.ts';
import { type ActiveFault, injectWithin_s, type Stage, subjectsOf, tellFault } from './stage.ts';

const HEAL_WITHIN_MS = 30_000;
const ALIVE_WITHIN_MS = 60_000;

/**
 * Heals every active fault, newest first, whatever happened before; goes on past an error. Returns the faults that would not heal. Never cut short by
 * Ctrl-C: it has deadlines of its own.
 */
export async function healFaults(stage: Stage): Promise<readonly string[]> {
  const stuck: string[] = [];
  for (const active of [...stage.active].reverse()) {
    try {
      await healOne(stage, active);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      stuck.push(`${active.fault.name}: ${why}`);
      await tellFault(stage, active.fault, 'stuck', active.targets, why).catch(() =>
        stage.display.line(`STUCK: ${active.fault.name}: ${why}`),
      );
    }
  }
  return stuck;
}

/** Heals one fault; at most once at a time, and a fault that is healed stays so. */
export async function healOne(stage: Stage, active: ActiveFault): Promise<void> {
  active.healing ??= heal(stage, active).catch((error: unknown) => {
    active.healing = null;
    throw error;
  });
  await active.healing;
}

async function heal(stage: Stage, active: ActiveFault): Promise<void> {
  await active.attested;
  // A deed that lands after its undo would stay.
  if (active.injecting !== null)
    await within(active.injecting, injectWithin_s(active.fault) * 1000, `the injection of ${active.fault.name}`).catch((error: unknown) =>
      stage.display.line((error as Error).message),
    );
  // A blind observer cannot stamp, and a silent one does not; healing goes on.
  const stamped = await tellFault(stage, active.fault, 'healing', active.targets, 'healing').then(
    () => true,
    (error: unknown) => {
      stage.display.line(`not stamped: ${(error as Error).message}`);
      return false;
    },
  );
  // Hands are slower than machines; and after Ctrl-C there may be nobody left.
  const limit_ms = active.fault.hands === undefined ? HEAL_WITHIN_MS : active.fault.hands.within_s * 1000;
  const did = await within(active.injection.heal(), limit_ms, `healing ${active.fault.name}`);
  if (stamped) await aliveAgain(stage, active);
  for (const strike of active.strikes) strike();
  active.healed = true;
  await tellFault(stage, active.fault, 'healed', active.targets, did).catch((error: unknown) =>
    stage.display.line(`not stamped: ${(error as Error).message}`),
  );
}

/** Healed is what the observer sees gone: a killed service answers, a question that the fault spoiled is answered well. Not when something was told to run. */
async function aliveAgain(stage: Stage, active: ActiveFault): Promise<void> {
  if (witnessOf(active.fault.fault) === 'standstill' || stage.signal.aborted) return;
  if (active.injection.lasting === true) return await closeSights(stage, active.sights);
  const deadline = performance.now() + ALIVE_WITHIN_MS;
  const blind = await blindSights(stage, active);
  const missing = () => subjectsOf(active).filter((subject) => stage.link.watched(subject)?.to === 'dead' && !blind.includes(subject));
  while (missing().length > 0) {
    if (stage.signal.aborted || stage.link.isDead) return;
    if (performance.now() > deadline)
      throw new Error(`${missing().join(', ')} did not answer within ${ALIVE_WITHIN_MS / 1000} s after the heal`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await closeSights(stage, active.sights);
}

/** Sights through which nobody looks any more: their eyes died with what they sat beside, and will never see it well again. */
async function blindSights({ eyes }: Stage, { sights }: ActiveFault): Promise<readonly string[]> {
  const looks = sights.map(async ({ name, from }) => {
    const own = from === 'observer' ? undefined : await eyes.get(from.beside)?.catch(() => undefined);
    return own?.isDead === true ? [name] : [];
  });
  return (await Promise.all(looks)).flat();
}
