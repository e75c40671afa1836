import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { UsageError } from '../model/usage-error.ts';

const MOST_ISSUES = 3;

/**
 * Reads a JSON file that fits a schema. `as`: what it is read as ("evidence"); `isNot`: what is said of one that does not fit ("is no evidence"). `newest`: the highest `format` that is understood.
 * Throws UsageError with the file, and what is wrong with it.
 */
export function readDocument<T>(
  file: string,
  schema: z.ZodType<T>,
  words: { readonly as: string; readonly isNot: string; readonly newest?: number },
): T {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} cannot be read as ${words.as}: ${(cause as Error).message}`, { cause });
  }
  const format = typeof document === 'object' && document !== null && 'format' in document ? document.format : undefined;
  if (words.newest !== undefined && typeof format === 'number' && format > words.newest)
    throw new UsageError(`${file} has format ${format}; this Faultline reads up to ${words.newest}: use a newer one`);
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new UsageError(`${file} ${words.isNot}: ${issues.join('; ')}`);
}
