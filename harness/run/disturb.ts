import { injectionOf } from '../fault/faults.ts';
import { askPerson } from '../fault/person.ts';
import type { EventOf } from '../model/event.ts';
import type { PlannedFault } from '../model/plan.ts';
import { heldBack } from '../record/folds/held-back.ts';
import { pause, unlessCut } from './cut-short.ts';
import { healOne } from './heal-faults.ts';
import { type ActiveFault, inWords, resolve, type Stage, tellFault } from './stage.ts';
import { instanceOf } from './streams.ts';

/**
 * Injects the planned faults on their schedule and watches until the observation window of the last one is over. Returns early when a fault was
 * not seen to bite: there is nothing to observe then.
 */
export async function disturb(stage: Stage): Promise<void> {
  const { plan, link, signal } = stage;
  const begun = performance.now();
  const confirmed = new Map(plan.faults.map((fault) => [fault.name, Promise.withResolvers<boolean>()]));
  const play = async (fault: PlannedFault) => {
    const done = confirmed.get(fault.name);
    try {
      if (fault.after !== null) {
        const bit = (await confirmed.get(fault.after.fault)?.promise) ?? false;
        if (!bit) return done?.resolve(false);
        await pause(fault.after.by_s, `the wait for ${fault.name}`, signal, link);
      } else {
        await pause((fault.at_s ?? 0) - (performance.now() - begun) / 1000, `the wait for ${fault.name}`, signal, link);
      }
      done?.resolve(await inject(stage, fault));
    } catch (error) {
      done?.resolve(false);
      throw error;
    }
  };
  const played = await Promise.allSettled(plan.faults.map(play));
  for (const each of played) if (each.status === 'rejected') throw each.reason;
  const bit = await Promise.all([...confirmed.values()].map((each) => each.promise));
  if (!bit.every(Boolean)) return;
  await observe(stage);
}

async function inject(stage: Stage, fault: PlannedFault): Promise<boolean> {
  const { link, ledger, plan, signal } = stage;
  const targets = resolve(stage, fault.target);
  const from = fault.from === null ? [] : resolve(stage, fault.from);
  const injection = injectionOf(fault, {
    targets: targets.map((name) => instanceOf(stage.standUp, name)),
    from: from.map((name) => instanceOf(stage.standUp, name)),
  });
  const leader = link.latestCluster()?.leader ?? null;
  await tellFault(stage, fault, 'asked', targets, describe(fault, from));

  const strikes = injection.undo.map((action) => ledger.register(`${fault.fault} of ${targets.join(', ')}`, action));
  const active: ActiveFault = { fault, targets, injection, strikes, effectHi: null, healing: null };
  stage.active.push(active);

  // A person acts after the command, never before: what was broken before it was not broken by it.
  if (fault.hands !== undefined) await askPerson(`press Enter, and then ${fault.hands.do}`, fault.hands.within_s, signal);
  const commanded = await tellFault(stage, fault, 'command', targets, 'injecting');
  const seen = whenSeen(stage, active, commanded);
  const newPrimary = fault.heal === 'new primary' ? whenOtherLeads(stage, leader) : null;
  await tellFault(
    stage,
    fault,
    'commanded',
    targets,
    await unlessCut(injection.inject(), `the injection of ${fault.name}`, 30, signal, link),
  );

  active.effectHi = await unlessCut(seen, `the confirmation of ${fault.name}`, fault.confirm_within_s + 30, signal, link);
  if (active.effectHi === null) {
    await tellFault(stage, fault, 'unconfirmed', targets, `the observer saw no effect within ${fault.confirm_within_s} s`);
    return false;
  }
  await tellFault(stage, fault, 'confirmed', targets, 'seen by the observer');
  healLater(stage, active, newPrimary, plan.window_s);
  return true;
}

/** When the observer sees the effect of a fault: the upper end of its bracket in ns, or null after the fault's own limit. */
async function whenSeen(stage: Stage, active: ActiveFault, since: number): Promise<number | null> {
  const { link, signal } = stage;
  const limit_ms = active.fault.confirm_within_s * 1000 + (active.fault.grace_s ?? 0) * 1000;
  if (active.fault.fault === 'hold' || active.fault.fault === 'cut') {
    const lags: EventOf<'lag'>[] = [];
    const seen = await link.when((event) => event.k === 'lag' && lags.push(event) > 0 && heldBack(lags, since) !== null, limit_ms, signal);
    return seen === null ? null : (heldBack(lags, since)?.[1] ?? null);
  }
  const each = await Promise.all(
    active.targets.map((target) =>
      link.when((event) => event.k === 'watch' && event.service === target && event.to === 'dead', limit_ms, signal),
    ),
  );
  const his = each.map((event) => (event?.k === 'watch' ? event.hi : null));
  return his.some((hi) => hi === null) ? null : Math.max(...his.map((hi) => hi ?? 0));
}

async function whenOtherLeads(stage: Stage, leader: string | null): Promise<boolean> {
  const limit_ms = (stage.plan.window_s + 30) * 1000;
  return (
    (await stage.link.when(
      (event) => event.k === 'cluster' && event.leader !== null && event.leader !== leader,
      limit_ms,
      stage.signal,
    )) !== null
  );
}

/** Arranges the healing of a fault that does not last to the end. A failure to heal is left to the heal phase, which tries again and reports. */
function healLater(stage: Stage, active: ActiveFault, newPrimary: Promise<boolean> | null, window_s: number): void {
  const { heal } = active.fault;
  if (heal === 'end') return;
  const due =
    heal === 'new primary'
      ? (newPrimary ?? Promise.resolve(false))
      : pause(Math.min(heal.after_s, window_s), `the wait to heal ${active.fault.name}`, stage.signal, stage.link).then(() => true);
  due
    .then((now) => (now ? healOne(stage, active) : undefined))
    .catch((error: unknown) => stage.display.line(`healing ${active.fault.name} early did not work: ${(error as Error).message}`));
}

/** Watches until `window_s` after the last effect, by the observer's clock, and a little longer, so that the last answers are in. */
async function observe(stage: Stage): Promise<void> {
  const { plan, link, signal } = stage;
  const effects = stage.active.filter((each) => !each.fault.amplifier).map((each) => each.effectHi ?? 0);
  const now = await link.mark({ k: 'note', text: 'the observation window is open' });
  const from = effects.length === 0 ? now : Math.max(...effects);
  const last = Math.max(...plan.journeys.map((journey) => journey.deadline_s), 0);
  await pause((from - now) / 1e9 + plan.window_s + plan.tau_s * 3 + last, 'the observation', signal, link);
  await link.mark({ k: 'note', text: 'the observation window is over' });
}

function describe(fault: PlannedFault, from: readonly string[]): string {
  return `${fault.fault} of ${inWords(fault.target)}${from.length > 0 ? ` from ${from.join(', ')}` : ''}`;
}
