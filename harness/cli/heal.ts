import { EXIT } from '../model/reason.ts';
import { heal } from '../run/heal.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** `faultline heal`: undoes what runs that died left behind, and says what it did. */
export async function healCommand(words: readonly string[]): Promise<number> {
  parse(words, {});
  const { healed, stuck } = await heal({ print: out });
  if (healed > 0 || stuck > 0) out(`${healed} undone, ${stuck} stuck`);
  return stuck > 0 ? EXIT.unhealed : EXIT.held;
}
