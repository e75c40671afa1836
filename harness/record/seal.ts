import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { FORMAT } from '../model/plan.ts';
import { digestNow } from './digest.ts';

/** seal.json: sha256 (hex) and size in bytes of a run's files at the moment it ended. */
export const Seal = z.object({
  format: z.number().int(),
  files: z.record(z.string(), z.string()),
  bytes: z.record(z.string(), z.number().int()),
});
export type Seal = z.infer<typeof Seal>;

/** The files whose change after the run must be noticed. */
export const SEALED = ['plan.json', 'environment.json', 'timeline.jsonl', 'undo.jsonl'] as const;

/** Writes seal.json over the named files of a run's folder; the last thing a run does before it is judged. A file that is not there is left out. Throws what the file system throws. */
export function writeSeal(folder: string, names: readonly string[]): void {
  const there = names.filter((name) => existsSync(path.join(folder, name)));
  const seen = there.map((name) => [name, digestNow(path.join(folder, name))] as const);
  const seal: Seal = {
    format: FORMAT,
    files: Object.fromEntries(seen.map(([name, { sha256 }]) => [name, sha256])),
    bytes: Object.fromEntries(seen.map(([name, { bytes }]) => [name, bytes])),
  };
  writeFileSync(path.join(folder, 'seal.json'), `${JSON.stringify(seal, null, 2)}\n`);
}

/**
 * Which sealed files are not what they were, in words; empty when all are. `timeline` is the digest of timeline.jsonl, which its reader has computed already.
 *
 * undo.jsonl may have grown: `faultline heal` strikes undos out after the run, and no judge reads it. What it held when it was sealed must still be there.
 */
export function brokenSeals(folder: string, seal: Seal, timeline: string): readonly string[] {
  return SEALED.flatMap((name) => {
    const sealed = seal.files[name];
    if (sealed === undefined) return [`seal.json does not cover ${name}`];
    if (name === 'timeline.jsonl') return timeline === sealed ? [] : [`${name} is not what was sealed`];
    const file = path.join(folder, name);
    if (!existsSync(file)) return [`${name} was sealed and is gone`];
    const size = seal.bytes[name] ?? 0;
    const bytes = readFileSync(file);
    const grown = name === 'undo.jsonl' && statSync(file).size > size;
    return digest(grown ? bytes.subarray(0, size) : bytes) === sealed ? [] : [`${name} is not what was sealed`];
  });
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
