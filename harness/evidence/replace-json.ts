import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What could not be written: what was there before is there still, whole. */
export class NotKept extends Error {}

/**
 * Writes a value as two-space JSON in place of what was there, in one step: whoever is killed here leaves the old file or the new one, never half of one. A file that says the same already is not touched. Throws NotKept,
 * with the file and why.
 */
export function replaceJson(file: string, value: unknown): void {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const draft = `${file}.${process.pid}.draft`;
  try {
    if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
    mkdirSync(path.dirname(file), { recursive: true });
    try {
      // Not renamed before it is on the disk: else a machine that dies leaves an empty file under the right name.
      writeFileSync(draft, text, { flush: true });
      renameSync(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    throw new NotKept(`${file} cannot be written, and is as it was: ${(cause as Error).message}`, { cause });
  }
}
