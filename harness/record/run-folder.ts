import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A run's name: when, what, and six random letters, which are also the token that every operation's id begins with. */
export interface RunId {
  readonly id: string;
  readonly token: string;
}

/** Draws the name of a new run of this scenario. */
export function newRunId(scenario: string, now: Date): RunId {
  const stamp = now.toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
  const token = [...randomBytes(6)].map((byte) => 'abcdefghijkmnpqrstuvwxyz23456789'[byte % 32]).join('');
  return { id: `${stamp}-${scenario}-${token}`, token };
}

/** Makes `<out>/<run id>` with a `logs` folder inside, and points `<out>/latest` at it. Returns its absolute path. */
export function makeRunFolder(out: string, id: string): string {
  const folder = path.resolve(out, id);
  mkdirSync(path.join(folder, 'logs'), { recursive: true });
  const latest = path.resolve(out, 'latest');
  if (!existsSync(latest) || lstatSync(latest).isSymbolicLink()) {
    rmSync(latest, { force: true });
    symlinkSync(id, latest);
  }
  return folder;
}

/** Writes a value as two-space JSON with a newline at the end. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
