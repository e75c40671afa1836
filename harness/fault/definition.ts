import type { FaultKind } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import type { Capabilities, Capability, Helper, HelperSpec, Instance, LinkPlace, NamesPlace } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import type { Stream } from '../record/seed.ts';
import type { Injection } from './injection.ts';

/** What a fault may use of the system that stands: nothing of a concrete runtime. */
export interface Place {
  /** Identifies the stand-up: what is put into it carries this. */
  readonly id: string;
  readonly system: System;
  readonly instances: ReadonlyMap<string, Instance>;
  readonly links: ReadonlyMap<string, LinkPlace>;
  /** The system's own name service; null where it declares no names. */
  readonly names?: NamesPlace | null;
  helper(spec: HelperSpec): Promise<Helper>;
  /** Who leads the cluster right now, by what the observer last saw; null when nobody is known to. */
  leader(): string | null;
  /** Writes into the timeline what was found out while a fault was made ready, or what it came to. */
  note(text: string, data?: Record<string, number | string>): Promise<void>;
}

/** A fault aimed: services that are hit and, where it says `from`, those whose traffic is meant. */
export interface Aim {
  readonly fault: PlannedFault;
  readonly targets: readonly Instance[];
  readonly from: readonly Instance[];
  readonly place: Place;
}

export const FAMILIES = ['lifecycle', 'network', 'names', 'http', 'resource', 'clock', 'database', 'traffic', 'hands'] as const;
export type Family = (typeof FAMILIES)[number];

/** A kind of fault: what it is, what it needs, how it is done and undone, and how it is seen by somebody else. One file each; `faults.ts` lists them. */
export interface FaultDefinition {
  readonly kind: FaultKind;
  readonly family: Family;
  /** What it does, in one line, for the table in README.md. */
  readonly does: string;
  /** Which connections it touches: those made after it (`new`), those open already (`existing`), or both; `none` where it is about no connection. */
  readonly touches: 'new' | 'existing' | 'both' | 'none';
  readonly needs: readonly Capability[];
  /** By what path its effect is seen, in one line. */
  readonly seen_by: string;
  /** How it is undone, in one line. */
  readonly undone_by: string;
  /** Services beside which a second pair of eyes is needed, so that these are open before the fault is due. `candidates`: all that the target may turn out to be. */
  eyes?(candidates: readonly string[], from: readonly string[]): readonly string[];
  injection(aim: Aim): Injection;
  /** Draws what chance decides about it, once, when the plan is made: parameters in, parameters out. */
  draw?(parameters: Parameters, random: Stream): Parameters;
}

type Parameters = NonNullable<PlannedFault['with']>;

/** Null when a runtime offers a kind of fault; otherwise why not. */
export function notOffered({ needs }: FaultDefinition, can: Capabilities): string | null {
  for (const need of needs) {
    const why = can[need];
    if (why !== true) return why;
  }
  return null;
}
