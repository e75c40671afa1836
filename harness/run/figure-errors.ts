import type { Figure } from '../model/figure.ts';
import type { System } from '../model/system.ts';
import { known } from './known.ts';

/** What is wrong with a figure that a service (`target`, where it names none) is to tell: a service or port that there is not, a place that is none. */
export function figureErrors(
  place: string,
  figure: Figure,
  target: string,
  system: System,
  add: (place: string, message: string) => void,
): void {
  const { at = target, port, number } = figure;
  known(`${place}.at`, at, Object.keys(system.services), 'service', add);
  if (port !== undefined && system.services[at]?.url !== undefined)
    add(`${place}.port`, `${at} is known by its address alone, which has one port: leave \`port\` out`);
  else if (port !== undefined && system.services[at] !== undefined)
    known(`${place}.port`, port, Object.keys(system.services[at].ports), 'port', add);
  if (!number.startsWith('/') && !isPattern(number))
    add(`${place}.number`, `"${number}" is neither a JSON pointer nor a regular expression with a group`);
}

function isPattern(text: string): boolean {
  try {
    // One more way that always matches tells how many groups there are.
    return (new RegExp(`${text}|`).exec('')?.length ?? 0) > 1;
  } catch {
    // What does not compile is none.
    return false;
  }
}
