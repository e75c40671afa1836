import type { UndoAction } from '../model/fault.ts';
import type { Instance } from '../model/runtime.ts';
import type { Sight } from '../model/sight.ts';

/**
 * One fault, aimed. In this order: `prepare`, `sights`, `undo` (registered, on the disk), `inject`, `heal`. `inject` and `heal` return what was done, in words. `heal` is idempotent, heals what is
 * really there, and does not wait for the service to be well: the observer sees that. Whether it bit is never asked of the injection, only of the observer.
 */
export interface Injection {
  /** Makes ready without disturbing anything: starts helpers, measures a capacity. Done as early as the target is known. */
  prepare?(): Promise<void>;
  /** Where its effect will be seen. Without it: in the targets' own readiness (they die, and live again). */
  sights?(): readonly Sight[];
  /** It is there to stay: healing takes nothing back, and none is waited for. */
  readonly lasting?: true;
  /** What undoes it, as data, known before `inject`. */
  readonly undo: readonly UndoAction[];
  inject(): Promise<string>;
  heal(): Promise<string>;
}

/** The names of services, for people: "pg-1 and pg-2". */
export function names(instances: readonly Instance[]): string {
  return instances.map((instance) => instance.name).join(' and ');
}

/** Those of the targets that have not ended: what was done inside is there still, even where a target is paused and nothing can be run in it. */
export async function there(targets: readonly Instance[]): Promise<readonly Instance[]> {
  const states = await Promise.all(targets.map((target) => target.state()));
  return targets.filter((_, i) => states[i] !== 'stopped' && states[i] !== 'absent');
}

/** A power that a fault's target must have; the capability that the fault needs promises it. */
export function powerOf<K extends 'processes' | 'release' | 'limits'>(target: Instance, power: K): NonNullable<Instance[K]> {
  const found = target[power];
  if (found === undefined) throw new Error(`${target.name}: its runtime promised what it has not (${power})`);
  return found as NonNullable<Instance[K]>;
}
