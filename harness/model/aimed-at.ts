import type { Selector } from './fault.ts';
import type { System } from './system.ts';

/** The services that a selector may come to mean. */
export function aimedAt(selector: Selector, system: System): readonly string[] {
  if (typeof selector === 'string') return [selector];
  if ('any' in selector) return selector.any;
  if ('role' in selector) return system.cluster?.members ?? [];
  return labelled(system, selector.label);
}

/** The services that carry all of some labels. */
export function labelled({ services }: System, wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(services).filter((name) => Object.entries(wanted).every(([key, value]) => services[name]?.labels[key] === value));
}
