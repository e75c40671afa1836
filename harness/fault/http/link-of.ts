import type { LinkPlace } from '../../model/runtime.ts';
import type { Aim } from '../definition.ts';

/** The link that a fault names, where it stands. Throws when it has no place: then the runtime did not start its proxy. */
export function linkOf({ fault, place }: Aim, via: 'http' | 'tls'): LinkPlace {
  const name = String(fault.with?.['link']);
  const found = place.links.get(name);
  const is = place.system.links?.[name]?.via;
  if (is !== via)
    throw new Error(`${fault.fault} needs a link with \`via: "${via}"\`; ${name} is ${is === undefined ? 'none' : `"${is}"`}`);
  if (found === undefined) throw new Error(`the link ${name} has no proxy; ${[...place.links.keys()].join(', ') || 'no link'} has`);
  return found;
}
