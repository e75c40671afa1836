import type { UndoAction } from '../model/fault.ts';
import type { Instance } from '../model/runtime.ts';

/**
 * One fault, aimed. `undo` is registered before `inject` is called. Both return what was done, in words. `heal` is idempotent, heals what is
 * really there, and does not wait for the service to be well: the observer sees that. Whether it bit is never asked of the injection, only of the observer.
 */
export interface Injection {
  readonly undo: readonly UndoAction[];
  inject(): Promise<string>;
  heal(): Promise<string>;
}

/** What a fault is aimed at, resolved: services that are hit, and (for a cut) those whose packets are dropped. */
export interface Aim {
  readonly targets: readonly Instance[];
  readonly from: readonly Instance[];
}

/** The names of services, for people: "pg-1 and pg-2". */
export function names(instances: readonly Instance[]): string {
  return instances.map((instance) => instance.name).join(' and ');
}
