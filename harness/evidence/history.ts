import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { nameOf } from '../model/evidence.ts';
import { UsageError } from '../model/usage-error.ts';
import { readDocument } from '../record/read-document.ts';
import { writeJson } from '../record/run-folder.ts';
import { ROOT } from '../runtime/root.ts';

/** Where what lasts lies, in the repository: a folder for each variant of a scenario, a file for each kind. */
export const HISTORY = path.join(ROOT, 'reports/history');

/** What is kept of a variant. `file`: its name in the variant's folder; `of`: what a file is of the variant ("the trend"). */
export interface Kept<T> {
  readonly file: string;
  readonly schema: z.ZodType<T>;
  readonly of: string;
  readonly words: Parameters<typeof readDocument>[2];
}

interface OfVariant {
  readonly scenario: string;
  readonly variant: string | null;
}

/** All of a kind below a folder, by the name of its variant. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readAll<T extends OfVariant>(kind: Kept<T>, folder: string): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const folderName of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const file = path.join(folder, folderName, kind.file);
    if (!existsSync(file)) continue;
    const kept = readDocument(file, kind.schema, kind.words);
    const name = nameOf(kept.scenario, kept.variant);
    if (name !== folderName) throw new UsageError(`${file} is ${kind.of} of ${name}, not of ${folderName}: it was moved by hand`);
    found.set(name, kept);
  }
  return found;
}

/** What is kept of a variant now; null: nothing. Throws UsageError where the file is none. */
export function readOne<T extends OfVariant>(kind: Kept<T>, { scenario, variant }: OfVariant, folder: string): T | null {
  const file = path.join(folder, nameOf(scenario, variant), kind.file);
  return existsSync(file) ? readDocument(file, kind.schema, kind.words) : null;
}

/** Keeps it in place of what was there. Returns the file. */
export function keep<T extends OfVariant>(kind: Kept<T>, kept: T, folder: string): string {
  const file = path.join(folder, nameOf(kept.scenario, kept.variant), kind.file);
  mkdirSync(path.dirname(file), { recursive: true });
  writeJson(file, kind.schema.parse(kept));
  return file;
}
