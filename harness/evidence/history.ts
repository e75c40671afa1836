import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { nameOf } from '../model/evidence.ts';
import { UsageError } from '../model/usage-error.ts';
import { readDocument } from '../record/read-document.ts';
import { ROOT } from '../runtime/root.ts';
import { asOneWriter } from './one-writer.ts';
import { replaceJson } from './replace-json.ts';

/** Where what lasts lies, in the repository: a folder for each variant of a scenario, a file for each kind. */
export const HISTORY = path.join(ROOT, 'reports/history');

/** What is kept of a variant. `file`: its name in the variant's folder; `of`: what a file is of the variant ("the trend"). */
export interface Kept<T> {
  readonly file: string;
  readonly schema: z.ZodType<T>;
  readonly of: string;
  readonly words: Parameters<typeof readDocument>[2];
  /** One of two that speak of the same variant, in whatever order they come. Throws UsageError where they contradict each other. */
  readonly join: (a: T, b: T, how: Joining) => T;
}

/** How two that were kept apart become one. `current`: the digest of all that the variant rests on now, where it is known; `where`: the file of the second, for errors. */
export interface Joining {
  readonly current: string | undefined;
  readonly where: string;
}

interface OfVariant {
  readonly scenario: string;
  readonly variant: string | null;
}

/** All of a kind below a folder, by the name of its variant. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readAll<T extends OfVariant>(kind: Kept<T>, folder: string): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const folderName of namesIn(folder)) {
    const file = path.join(folder, folderName, kind.file);
    if (!existsSync(file)) continue;
    const kept = readDocument(file, kind.schema, kind.words);
    const name = nameOf(kept.scenario, kept.variant);
    if (name !== folderName) throw new UsageError(`${file} is ${kind.of} of ${name}, not of ${folderName}: it was moved by hand`);
    found.set(name, kept);
  }
  return found;
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new UsageError(`${folder} cannot be read as a history: ${(cause as Error).message}; name another folder with --history`, {
      cause,
    });
  }
}

/** All of a kind that several folders keep, as one. `digests`: what each variant rests on now. Throws UsageError where a file is none, or contradicts one of a folder before. */
export function joinAll<T extends OfVariant>(
  kind: Kept<T>,
  folders: readonly string[],
  digests: Readonly<Record<string, string>>,
): ReadonlyMap<string, T> {
  const all = new Map<string, T>();
  for (const folder of folders)
    for (const [name, kept] of readAll(kind, folder)) {
      const before = all.get(name);
      const how = { current: digests[name], where: path.join(folder, name, kind.file) };
      all.set(name, before === undefined ? kept : kind.join(before, kept, how));
    }
  return all;
}

/** What two lists have, each once, by its id. Throws UsageError where one id stands for two things. */
export function unitedById<T extends { readonly id: string }>(a: readonly T[], b: readonly T[], where: string): readonly T[] {
  const other = b.find((each) => a.some((before) => before.id === each.id && !isDeepStrictEqual(before, each)));
  if (other !== undefined)
    throw new UsageError(`${where}: run ${other.id} is another there than where else it is kept: one of the two was edited`);
  return [...a, ...b.filter((each) => a.every(({ id }) => id !== each.id))];
}

/** What is kept of a variant now; null: nothing. Throws UsageError where the file is none. */
export function readOne<T extends OfVariant>(kind: Kept<T>, of: OfVariant, folder: string): T | null {
  const file = fileOf(kind, of, folder);
  return existsSync(file) ? readDocument(file, kind.schema, kind.words) : null;
}

/**
 * Keeps what becomes of what is kept of a variant now (null: nothing), in one step, and while no other process changes this history. Returns the file. Throws NotKept where it cannot, UsageError where what is there is none.
 */
export function change<T extends OfVariant>(kind: Kept<T>, of: OfVariant, folder: string, become: (now: T | null) => NoInfer<T>): string {
  const file = fileOf(kind, of, folder);
  const now = readOne(kind, of, folder);
  // Most of what is joined is there already: then nobody is kept waiting.
  if (now === null || !isDeepStrictEqual(become(now), now))
    asOneWriter(folder, () => replaceJson(file, kind.schema.parse(become(readOne(kind, of, folder)))));
  return file;
}

/** Keeps it in place of what is there, whatever that is. */
export function keep<T extends OfVariant>(kind: Kept<T>, kept: NoInfer<T>, folder: string): string {
  const file = fileOf(kind, kept, folder);
  asOneWriter(folder, () => replaceJson(file, kind.schema.parse(kept)));
  return file;
}

function fileOf<T>(kind: Kept<T>, { scenario, variant }: OfVariant, folder: string): string {
  return path.join(folder, nameOf(scenario, variant), kind.file);
}
