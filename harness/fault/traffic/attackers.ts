import type { Figure } from '../../model/figure.ts';
import type { PlannedFault } from '../../model/plan.ts';
import type { Address, Instance } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Aim, Place } from '../definition.ts';

/** How often a figure is asked for, and over how long its growth is measured. */
const ASKED_EVERY_MS = 100;
const GROWTH_OVER_MS = 300;

/** What a fault of this family was planned with. */
export function parameters<T>({ with: own = {} }: PlannedFault): T {
  return own as unknown as T;
}

/** The one service that attackers are aimed at, and where it listens. */
export function attacked(
  { targets, fault }: Aim,
  port: string | undefined,
): { readonly target: Instance; readonly address: Address; readonly local: boolean } {
  const [target] = targets;
  if (target === undefined) throw new Error(`${fault.name} has no target`);
  const address = target.address(port);
  return { target, address, local: address.host.startsWith('127.') };
}

/** A figure as a sight: growing by less than `below` a second, or, with `level`, less than that by itself. */
export function figureSight(
  place: Place,
  fault: string,
  { at, port, path, number }: Figure,
  { what, target, below, on, level = false }: { what: string; target: string; below: number; on: Sight['on']; level?: boolean },
): Sight {
  const service = at ?? target;
  const instance = place.instances.get(service);
  if (instance === undefined) throw new Error(`${fault}: there is no service "${service}" to tell its ${what}`);
  return {
    name: `${fault}: ${what} at ${service}`,
    on,
    from: 'observer',
    probe: { kind: 'rate', address: instance.address(port), path, number, below, window_ms: level ? null : GROWTH_OVER_MS },
    means: level
      ? `GET ${path} of ${service} tells fewer than ${Math.round(below)} ${what}`
      : `GET ${path} of ${service} tells fewer than ${Math.round(below)} ${what} a second`,
    every_ms: ASKED_EVERY_MS,
  };
}
