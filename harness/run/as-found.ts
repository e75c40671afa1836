import type { FaultKind } from '../model/fault.ts';
import type { Plan } from '../model/plan.ts';
import type { StandUp } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { changed, type Settings, settingsOf } from './audit/containers.ts';
import { objects } from './audit/sources.ts';

/**
 * Faults after whose heal nothing that was hit knows of them any more: neither a cache, a clock nor a disk, and no process was started anew. Of what is not named here nobody can say that.
 */
const FORGOTTEN: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'pause',
  'latency',
  'bandwidth',
  'slow-close',
  'reset',
  'black-hole',
  'limit-data',
  'link-down',
  'partition',
  'drop-port',
  'refuse',
  'loss',
  'disconnect',
  'isolate',
  'http-body',
  'http-fail-first',
  'http-fail-share',
  'http-stall',
  'http-status',
  'http-trickle',
  'http-truncate',
  'cpu',
  'slow-process',
  'disk-full',
  'connections',
  'flood',
  'spike',
  'mixed-crowd',
  'slow-headers',
  'slow-bodies',
  'slow-reads',
]);

/** Why a system that a run of this plan had is nobody's afterwards, whatever it looks like; null: it may be. */
export function remembers({ faults, system }: Pick<Plan, 'faults' | 'system'>): string | null {
  if (system.alert !== undefined) return 'it raises alerts, which may last longer than their cause';
  const kinds = [...new Set(faults.flatMap(({ fault }) => (FORGOTTEN.has(fault) ? [] : [fault])))];
  return kinds.length === 0 ? null : `nobody can say that it has forgotten ${kinds.join(', ')}`;
}

/** Whether a run of this plan needs a system that nobody had before: it asks for a figure that may have been counted then. */
export function needsFresh({ objectives }: Pick<Plan, 'objectives'>): boolean {
  return objectives.some((objective) => objective.kind === 'gauge' && objective.at_least !== null);
}

/** What a stand-up on docker was, by what the engine and the kernel say: its containers with their lives and settings, and what it is made of. */
export interface AsFound {
  readonly settings: Settings;
  readonly lives: ReadonlyMap<string, string>;
  readonly versions: Readonly<Record<string, string>>;
  readonly objects: ReadonlySet<string>;
}

/** Looks at a stand-up, whatever carries links and names among it; the observer, which every run has for itself, is left out. Packet rules are seen as root on the engine's own machine only. */
export async function look(standUp: StandUp): Promise<AsFound> {
  const { ours } = await objects();
  const own = ours.filter(({ mark, what }) => mark === standUp.id && what !== `faultline-${standUp.id}-observer`);
  const [settings, versions, ...lives] = await Promise.all([
    settingsOf(own.flatMap(({ kind, what }) => (kind === 'container' ? [what] : []))),
    standUp.versions(),
    ...[...standUp.instances.values()].map(async (one) => [one.name, JSON.stringify(await one.condition?.())] as const),
  ]);
  return { settings, versions, lives: new Map(lives), objects: new Set(own.map(({ what }) => what)) };
}

/** What is not as it was, in words; null: nothing. */
export function difference(was: AsFound, is: AsFound): string | null {
  const anew = [...was.lives].flatMap(([name, life]) => (is.lives.get(name) === life ? [] : [name]));
  if (anew.length > 0) return `${anew.join(', ')} started anew, or ran out of memory`;
  const gone = [...was.objects].filter((what) => !is.objects.has(what));
  if (gone.length > 0) return `${gone.join(', ')} is gone`;
  const more = [...is.objects].filter((what) => !was.objects.has(what));
  if (more.length > 0) return `${more.join(', ')} was not there before`;
  const set = changed(was.settings, is.settings);
  return set.length > 0 ? set.map(({ what }) => what).join('; ') : null;
}

/** Why the images of a system are not those that a stand-up runs: their files were changed meanwhile. Builds what is missing, as a stand-up would. */
export async function otherImages(
  system: System,
  { versions }: AsFound,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const { ensureImages } = await import('../runtime/docker/image.ts');
  const images = await ensureImages(system, progress, signal);
  const other = [...images].flatMap(([name, id]) => (versions[name] === id ? [] : [name]));
  return other.length > 0 ? `${other.join(', ')} was built anew meanwhile` : null;
}
