import type { Plan } from '../model/plan.ts';
import type { ObserverLink } from '../observer/link.ts';
import { answered, pause, unlessCut } from './cut-short.ts';
import type { Stage } from './stage.ts';

/**
 * Why the system is not yet what it was before the fault, in words; empty when it is. `quiet` asks more: nothing may be behind, since nothing is written any more.
 */
export function unsettled(plan: Plan, link: ObserverLink, quiet: boolean): readonly string[] {
  const reasons: string[] = [];
  for (const [name, service] of Object.entries(plan.system.services)) {
    if (service.ready === undefined) continue;
    if (link.watched(name)?.to !== 'alive') reasons.push(`${name} does not answer`);
  }
  const { cluster } = plan.system;
  if (cluster === undefined) return reasons;
  const seen = link.latestCluster();
  if (seen === null) return [...reasons, 'the cluster has not answered'];
  if (seen.leader === null) return [...reasons, 'the cluster has no leader'];
  const lag = link.latestLag();
  for (const name of cluster.members) {
    const member = seen.members.find((each) => each.name === name);
    if (member === undefined) reasons.push(`${name} is not in the cluster`);
    else if (name !== seen.leader && !['streaming', 'running'].includes(member.state)) reasons.push(`${name} is ${member.state}`);
    else if (name !== seen.leader && (lag === null || lag.leader !== seen.leader || lag.standbys[name] === undefined))
      reasons.push(`${seen.leader} does not see ${name} stream`);
    else if (name !== seen.leader && lag !== null) {
      const behind = lag.flushed - (lag.standbys[name] ?? 0);
      if (behind > (quiet ? 0 : 1e6)) reasons.push(`${name} is ${(behind / 1e6).toFixed(1)} MB behind`);
    }
  }
  if (cluster.synchronous && !seen.members.some((member) => member.role === 'sync_standby')) reasons.push('no standby is synchronous');
  return reasons;
}

/** Whether a system whose load has ended is again what a run found, as far as the observer sees it: nothing is missing or behind, and the cluster has the leader that it had. */
export function isAsFound({ plan, link }: Stage, leader: string | null): boolean {
  return unsettled(plan, link, true).length === 0 && leaderOf(link) === leader;
}

/** The leader that the observer saw last; null: there is none, or no cluster. */
export function leaderOf(link: ObserverLink): string | null {
  return link.latestCluster()?.leader ?? null;
}

/** Waits until the system is in its steady state. Returns what was still missing after the limit; empty: nothing. */
export async function untilNone({ plan, link, signal }: Stage, within_s: number): Promise<readonly string[]> {
  const deadline = performance.now() + within_s * 1000;
  const reasons = () => unsettled(plan, link, false);
  while (reasons().length > 0 && performance.now() < deadline) await pause(0.05, 'the wait for a steady state', signal, link);
  return reasons();
}

/**
 * Waits for a reason until there is none: first with the load still on (services answer, members stream), then the load is stopped and nothing may be behind.
 * At most `settle_within_s`; what was still missing then is noted, and the judges see what it did to the final read.
 */
export async function settle(stage: Stage): Promise<void> {
  const { plan, link, display, signal } = stage;
  display.phase('settle', 'waiting until the system is what it was');
  await answered(link.mark({ k: 'phase', phase: 'settle' }), 'the stamp of settle');
  const deadline = performance.now() + plan.settle_within_s * 1000;
  await until(stage, deadline, false);
  await unlessCut(link.unload(), 'the end of the load', 60, signal, link);
  await until(stage, deadline, true);
}

async function until(stage: Stage, deadline: number, quiet: boolean): Promise<void> {
  const { plan, link, display, signal } = stage;
  let said = '';
  for (;;) {
    const reasons = unsettled(plan, link, quiet);
    if (reasons.length === 0) return;
    const text = reasons.join('; ');
    if (performance.now() > deadline) {
      await answered(link.mark({ k: 'note', text: `not settled within ${plan.settle_within_s} s: ${text}` }), 'its stamp');
      return display.line(`not settled within ${plan.settle_within_s} s: ${text}`);
    }
    if (text !== said) display.line(`not yet: ${text}`);
    said = text;
    await pause(0.1, 'settling', signal, link);
  }
}
