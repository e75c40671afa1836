import { definitionOf } from '../fault/faults.ts';
import type { TimelineEvent } from '../model/event.ts';
import type { Happening } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { answered, asCutShort, pause, unlessCut } from './cut-short.ts';
import { type Aimed, aimed, inject, openEyes } from './play-fault.ts';
import { leaderOf } from './settle.ts';
import { resolve, type Stage } from './stage.ts';

/**
 * Injects the planned faults on their schedule and watches until the observation window of the last one is over. Returns early when a fault was
 * not seen to bite: there is nothing to observe then. Breaks off at once when one could not be injected: no more is broken for a run that shows nothing.
 */
export async function disturb(stage: Stage): Promise<void> {
  const { plan } = stage;
  const refused = new AbortController();
  const signal = AbortSignal.any([stage.signal, refused.signal]);
  const played: Stage = { ...stage, signal };
  await Promise.all(plan.faults.map((fault) => openEyes(stage, fault)));
  const begun = performance.now();
  const leader = leaderOf(stage.link);
  const bites = new Map(plan.faults.map((fault) => [fault.name, Promise.withResolvers<boolean>()]));
  const bitten = async (name: string): Promise<boolean> => {
    const parts = plan.faults.filter((fault) => fault.name === name || fault.group === name);
    return (await Promise.all(parts.map((part) => bites.get(part.name)?.promise ?? false))).every(Boolean);
  };
  const play = async (fault: PlannedFault) => {
    const done = bites.get(fault.name);
    try {
      const early = await madeReady(played, fault);
      if (!(await due(played, fault, begun, leader, bitten))) return done?.resolve(false);
      done?.resolve(await inject(played, fault, early === null || outlived(stage, fault, early) ? await aimed(played, fault) : early));
    } catch (error) {
      done?.resolve(false);
      // The first one says why; the others only that they were broken off.
      refused.abort(asCutShort(error));
    }
  };
  await Promise.all(plan.faults.map(play));
  if (refused.signal.aborted) throw refused.signal.reason;
  const bit = await Promise.all([...bites.values()].map((each) => each.promise));
  if (!bit.every(Boolean)) return;
  await observe(stage);
}

/** A fault whose target is known now, made ready now. Null where it is made ready when it is due: its target is not known before, or another fault ended a service of it while this was under way, and what stood beside it. */
async function madeReady(stage: Stage, fault: PlannedFault): Promise<Aimed | null> {
  if (typeof fault.target === 'object' && 'role' in fault.target) return null;
  try {
    return await aimed(stage, fault);
  } catch (error) {
    const services = { targets: resolve(stage, fault.target), from: fault.from === null ? [] : resolve(stage, fault.from) };
    if (outlived(stage, fault, services)) return null;
    throw error;
  }
}

/** Whether what was made ready beside a service died with it: another fault has ended one of these meanwhile. */
function outlived({ active }: Stage, { fault }: PlannedFault, { targets, from }: Pick<Aimed, 'targets' | 'from'>): boolean {
  return (
    definitionOf(fault).needs.includes('namespaces') &&
    active.some(
      (other) =>
        definitionOf(other.fault.fault).family === 'lifecycle' && other.targets.some((name) => [...targets, ...from].includes(name)),
    )
  );
}

/** Waits until a fault is due. False when what it waits for did not happen: then it is never injected, and the judges say so. */
async function due(
  { signal, link, plan, active }: Stage,
  { name, at_s, after, on }: PlannedFault,
  begun: number,
  leader: string | null,
  bitten: (fault: string) => Promise<boolean>,
): Promise<boolean> {
  const what = `the wait for ${name}`;
  if (after !== null) {
    if (!(await bitten(after.fault))) return false;
    await pause(after.by_s, what, signal, link);
  } else if (on !== undefined) {
    const healed = typeof on.event === 'object' && 'healed' in on.event ? on.event.healed : null;
    // A heal comes when its own fault has had its time, which may come after that of many others.
    const within_s = plan.window_s * (healed === null ? 1 : 1 + plan.faults.length);
    const here = link.when((event) => happens(event, on.event, leader), within_s * 1000, signal);
    const already = active.some((each) => each.fault.name === healed && each.healed);
    if (!already && (await unlessCut(here, what, within_s + 30, signal, link)) === null) return false;
    await pause(on.by_s, what, signal, link);
  } else await pause((at_s ?? 0) - (performance.now() - begun) / 1000, what, signal, link);
  return true;
}

/** Whether an event is what a fault waits for. */
function happens(event: TimelineEvent, wanted: Happening, leader: string | null): boolean {
  if (wanted === 'new primary') return event.k === 'cluster' && event.leader !== null && event.leader !== leader;
  if ('healed' in wanted) return event.k === 'fault' && event.fault === wanted.healed && event.state === 'healed';
  if ('dead' in wanted) return event.k === 'watch' && event.service === wanted.dead && event.to === 'dead';
  return event.k === 'watch' && event.service === wanted.alive && event.from === 'dead' && event.to === 'alive';
}

/** Watches until `window_s` after the last effect, by the observer's clock, and a little longer, so that the last answers are in. */
async function observe(stage: Stage): Promise<void> {
  const { plan, link, signal } = stage;
  const effects = stage.active.filter((each) => !each.fault.amplifier).map((each) => each.effectHi ?? 0);
  const now = await answered(link.mark({ k: 'note', text: 'the observation window is open' }), 'the stamp of the window');
  const from = effects.length === 0 ? now : Math.max(...effects);
  const last = Math.max(...plan.journeys.map((journey) => journey.deadline_s), 0);
  await pause((from - now) / 1e9 + plan.window_s + plan.tau_s * 3 + last, 'the observation', signal, link);
  await answered(link.mark({ k: 'note', text: 'the observation window is over' }), 'the stamp of the window');
}
