import type { FaultKind } from '../model/fault.ts';
import { CLOCK } from './clock/index.ts';
import { DATABASE } from './database/index.ts';
import type { FaultDefinition } from './definition.ts';
import { HANDS } from './hands/index.ts';
import { HTTP } from './http/index.ts';
import { LIFECYCLE } from './lifecycle/index.ts';
import { NAMES } from './names/index.ts';
import { NETWORK } from './network/index.ts';
import { RESOURCE } from './resource/index.ts';
import { TRAFFIC } from './traffic/index.ts';

/** Every kind of fault. To add one: its parameters in `model/faults/`, one file in its family's folder here, a line in that folder's `index.ts`. */
export const DEFINITIONS: readonly FaultDefinition[] = [
  ...LIFECYCLE,
  ...NETWORK,
  ...NAMES,
  ...HTTP,
  ...RESOURCE,
  ...CLOCK,
  ...DATABASE,
  ...TRAFFIC,
  ...HANDS,
];

const BY_KIND = new Map(DEFINITIONS.map((definition) => [definition.kind, definition]));

/** The definition of a kind of fault. Throws when there is none: then a family's `index.ts` lacks a line. */
export function definitionOf(kind: FaultKind): FaultDefinition {
  const found = BY_KIND.get(kind);
  if (found === undefined) throw new Error(`there is no definition of the fault "${kind}"; its family's index.ts lacks a line`);
  return found;
}
