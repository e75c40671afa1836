import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const Entry = z.object({ run: z.string(), folder: z.string(), pid: z.number().int(), started: z.string(), since: z.string() });

/** A run that has begun and not said that it cleaned up: where its ledger lies, and which process it was. */
export type RegisteredRun = z.infer<typeof Entry>;

/**
 * The user's list of runs under way, one small file each, so that `heal` finds the ledgers of runs that died. The file's modification time is
 * the heartbeat: it is renewed once a second while the run's process lives.
 */
export function registerRun(entry: RegisteredRun): { beat(): void; remove(): void } {
  const file = path.join(registryFolder(), `${entry.run}.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(entry)}\n`);
  const beat = () => utimesSync(file, new Date(), new Date());
  const timer = setInterval(() => {
    try {
      beat();
    } catch (error) {
      // Somebody healed us away while we live: the ledger in the run folder still holds everything.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }, 1000);
  timer.unref();
  return {
    beat,
    remove() {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}

/** All registered runs; files that are not ours are left alone. */
export function registeredRuns(): readonly RegisteredRun[] {
  let names: string[];
  try {
    names = readdirSync(registryFolder());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names.flatMap((name) => {
    try {
      const parsed = Entry.safeParse(JSON.parse(readFileSync(path.join(registryFolder(), name), 'utf8')));
      return parsed.success ? [parsed.data] : [];
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** Takes a run off the list. */
export function unregisterRun(run: string): void {
  rmSync(path.join(registryFolder(), `${run}.json`), { force: true });
}

function registryFolder(): string {
  const state = process.env['XDG_STATE_HOME'] ?? path.join(os.homedir(), '.local', 'state');
  return path.join(state, 'faultline', 'runs');
}
