import type { UndoAction } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import type { Instance } from '../model/runtime.ts';
import { cut } from './cut.ts';
import { hold } from './hold.ts';
import { kill } from './kill.ts';
import { pause } from './pause.ts';
import { stop } from './stop.ts';

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

/** Makes the injection of a planned fault. To add a fault: its parameters in `model/fault.ts`, one file here, one line in this table. */
export function injectionOf(fault: PlannedFault, aim: Aim): Injection {
  switch (fault.fault) {
    case 'kill':
      return kill(aim.targets);
    case 'stop':
      return stop(aim.targets, fault.grace_s ?? 10);
    case 'pause':
      return pause(aim.targets);
    case 'hold':
      return hold(aim.targets, fault.port);
    case 'cut':
      return cut(aim.targets, aim.from, fault.port);
  }
}

/** The names of services, for people: "pg-1 and pg-2". */
export function names(instances: readonly Instance[]): string {
  return instances.map((instance) => instance.name).join(' and ');
}
