import { nearest } from '../runtime/template.ts';

/** Complains at `place` when a name is none of those that there are, with the nearest one. */
export function known(
  place: string,
  name: string,
  names: readonly string[],
  what: string,
  add: (place: string, message: string) => void,
): void {
  if (!names.includes(name)) add(place, `there is no ${what} "${name}"${nearest(name, names)}`);
}
