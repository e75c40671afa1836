import { EXIT } from '../model/reason.ts';
import { heal } from '../run/heal.ts';
import { parse, wholeNumber } from './arguments.ts';
import { out } from './out.ts';

/** `faultline heal [RUN…]`: undoes what runs that died left behind, says what it did, and how what would not be undone is undone by hand. */
export async function healCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, { within: { type: 'string', default: '60' } });
  const within_ms = wholeNumber('within', values.within.replace(/\s*s$/, ''), 1) * 1000;
  const { healed, stuck } = await heal({ only: positionals, within_ms, print: out });
  if (healed > 0 || stuck.length > 0) out(`${healed} undone, ${stuck.length} stuck`);
  for (const { what, command } of stuck) out(`  ${what}: ${command}`);
  return stuck.length > 0 ? EXIT.unhealed : EXIT.held;
}
