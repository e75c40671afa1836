import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError } from '../model/usage-error.ts';
import { nearest } from '../runtime/template.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Parses a command's words; an unknown option is told with the nearest known one. */
export function parse<const O extends Options>(words: readonly string[], options: O) {
  for (const word of words) {
    const name = /^--([^=]+)/.exec(word)?.[1];
    if (name !== undefined && options[name] === undefined)
      throw new UsageError(
        `there is no option --${name}${nearest(
          `--${name}`,
          Object.keys(options).map((each) => `--${each}`),
        ).replaceAll('"', '')}`,
      );
  }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The options that say what is played and where it goes. */
export const PLAY = {
  runtime: { type: 'string', default: 'auto' },
  seed: { type: 'string' },
  'repeat-each': { type: 'string', default: '1' },
  sabotage: { type: 'string' },
  variant: { type: 'string' },
  out: { type: 'string', default: 'reports' },
  json: { type: 'boolean', default: false },
} as const;

/** Whether a run that its bounds leave undecided is played again. */
export const RETRY = { 'no-retry': { type: 'boolean', default: false } } as const;

/** A whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least || Number(text) > Number.MAX_SAFE_INTEGER)
    throw new UsageError(`--${option} takes a whole number of at least ${least}, not "${text}"`);
  return Number(text);
}

/** One of a few words. */
export function oneOf<const T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new UsageError(`--${option} takes ${known.join(', ')}, not "${text}"${nearest(text, known)}`);
  return found;
}

/** Splits `id@variant`; `--variant` says the same. */
export function idAndVariant(word: string, option: string | undefined): readonly [string, string | null] {
  const at = word.lastIndexOf('@');
  if (at <= 0) return [word, option ?? null];
  const variant = word.slice(at + 1);
  if (option !== undefined && option !== variant) throw new UsageError(`"${word}" and --variant ${option} name two variants`);
  return [word.slice(0, at), variant];
}
