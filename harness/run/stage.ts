import type { Injection } from '../fault/injection.ts';
import { labelled } from '../model/aimed-at.ts';
import type { FaultEvent } from '../model/event.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import type { StandUp } from '../model/runtime.ts';
import type { Sight } from '../model/sight.ts';
import type { ObserverLink } from '../observer/link.ts';
import type { UndoLedger } from '../record/undo-ledger.ts';
import type { Display } from '../report/console.ts';
import { answered } from './cut-short.ts';

/** A fault that was (or is about to be) injected and is not healed yet. */
export interface ActiveFault {
  readonly fault: PlannedFault;
  readonly targets: readonly string[];
  readonly injection: Injection;
  readonly strikes: readonly ((by?: string) => void)[];
  /** Where its effect is seen; empty: in the readiness of its targets, or in replication standing still. */
  readonly sights: readonly Sight[];
  /** Its deed, which may still be under way when it is to be healed; null before it is begun. */
  injecting: Promise<string> | null;
  /** When the observer first saw its effect (ns), null while it has not. */
  effectHi: number | null;
  /** The look at all services that was begun when its effect was seen; it is over before anything is healed. */
  attested: Promise<void> | null;
  healing: Promise<void> | null;
  healed: boolean;
}

/** How long a deed may take. */
export function injectWithin_s({ grace_s }: Pick<PlannedFault, 'grace_s'>): number {
  return 30 + (grace_s ?? 0);
}

/** What the steps of a run share while a system stands. */
export interface Stage {
  readonly plan: Plan;
  readonly token: string;
  readonly standUp: StandUp;
  readonly link: ObserverLink;
  readonly ledger: UndoLedger;
  readonly display: Display;
  readonly signal: AbortSignal;
  readonly active: ActiveFault[];
  /** Second pairs of eyes, by the service beside which they sit. */
  readonly eyes: Map<string, Promise<ObserverLink>>;
}

/** Stamps a deed upon a fault in the timeline, and tells the person who watches. */
export async function tellFault(
  stage: Stage,
  fault: PlannedFault,
  state: FaultEvent['state'],
  targets: readonly string[],
  detail: string,
): Promise<number> {
  stage.display.fault(`${fault.name} (${fault.fault} ${targets.join(', ')}) ${state}: ${detail}`);
  return await answered(stage.link.mark({ k: 'fault', fault: fault.name, state, targets: [...targets], detail }), `the stamp of ${state}`);
}

/** The services that a selector means right now. Throws when it means nothing. */
export function resolve(stage: Stage, selector: PlannedFault['target']): readonly string[] {
  if (typeof selector === 'string') return [selector];
  if ('label' in selector) {
    const found = labelled(stage.plan.system, selector.label);
    if (found.length === 0) throw new Error(`no service carries the labels ${JSON.stringify(selector.label)}`);
    return found;
  }
  const seen = stage.link.latestCluster();
  if (seen === null || seen.leader === null) throw new Error(`the target is the current ${selector.role}, but the cluster has no leader`);
  if (selector.role === 'primary') return [seen.leader];
  // A member that died is in no list of the cluster any more: there is nothing left of it to break.
  const standbys = seen.members.filter(({ name, state }) => name !== seen.leader && state !== 'stopped');
  const names = standbys.map(({ name }) => name).sort();
  if (names.length === 0) throw new Error(`the target is a ${selector.role}, but the cluster has none`);
  if (selector.role === 'replica') return names;
  const waitedFor = standbys.filter(({ role }) => role === 'sync_standby').map(({ name }) => name);
  if (waitedFor.length > 0) return waitedFor;
  if (stage.plan.system.cluster?.synchronous === true) throw new Error('the target is the synchronous standby, but the cluster has none');
  // Where the primary waits for nobody, one of the standbys is as good as another.
  return names.slice(0, 1);
}

/** A phase begins: told to the person who watches, and stamped; an observer that is dead cannot stamp, and the run goes on to heal. */
export async function enter(stage: Stage, name: 'warm-up' | 'baseline' | 'disturb' | 'heal' | 'collect', detail: string): Promise<void> {
  stage.display.phase(name, detail);
  await answered(stage.link.mark({ k: 'phase', phase: name }), `the stamp of ${name}`).catch((error: unknown) =>
    stage.display.line(`not stamped: ${(error as Error).message}`),
  );
}

/** What a selector says, for people: "pg-1", "the current primary". */
export function inWords(selector: PlannedFault['target']): string {
  if (typeof selector === 'string') return selector;
  return 'role' in selector ? `the current ${selector.role}` : `everything with ${JSON.stringify(selector.label)}`;
}

/** The names whose `watch` events tell whether a fault is there: its sights where it should bite, or its targets. */
export function subjectsOf({ sights, targets }: Pick<ActiveFault, 'sights' | 'targets'>): readonly string[] {
  return sights.length === 0 ? targets : sights.flatMap((sight) => (sight.on === 'target' ? [sight.name] : []));
}
