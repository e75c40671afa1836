import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';

const Process = z.object({ pid: z.number().int(), started: z.string() });

const Entry = z.object({
  run: z.string(),
  folder: z.string(),
  pid: z.number().int(),
  started: z.string(),
  since: z.string(),
  watcher: Process.optional().describe('the process that heals it when its own is gone'),
  holds: z.array(z.string()).optional().describe('running systems that it adopted: nobody else may break them before it is healed'),
  kept: z.literal(true).optional().describe('it ended in order and left its system standing, as it was told'),
});

/** A run that has begun and not said that it cleaned up: where its ledger lies, and which process it was. */
export type RegisteredRun = z.infer<typeof Entry>;

/** How often a run that lives says so. */
const BEAT_EVERY_MS = 1000;

/**
 * The user's list of runs under way, one small file each, so that `heal` finds the ledgers of runs that died. The file's modification time is
 * the heartbeat: it is renewed once a second while the run's process lives, and `everyBeat` is called with it. `keep`: the run is over, but its system stands.
 */
export function registerRun(entry: RegisteredRun, everyBeat: () => void = () => undefined): { remove(): void; keep(): void } {
  const file = registryFile(entry.run);
  write(file, entry);
  const timer = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch (error) {
      // Somebody healed us away while we live: the ledger in the run folder still holds everything.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    everyBeat();
  }, BEAT_EVERY_MS);
  timer.unref();
  return {
    remove() {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
    keep() {
      clearInterval(timer);
      write(file, { ...entry, kept: true });
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
  return names.flatMap((name) => (name.endsWith('.json') ? (readEntry(path.join(registryFolder(), name)) ?? []) : []));
}

/** The entry of one run; null when it is on the list no more. */
export function registeredRun(run: string): RegisteredRun | null {
  return readEntry(registryFile(run));
}

/** Takes a run off the list, and what a crash left of its entry in the making. */
export function unregisterRun(run: string): void {
  const folder = registryFolder();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  for (const name of names) if (name.startsWith(`${run}.json`)) rmSync(path.join(folder, name), { force: true });
}

/** Where a run's entry lies. */
export function registryFile(run: string): string {
  return path.join(registryFolder(), `${run}.json`);
}

/** The user's folder for what outlives a process: the list of runs, and locks. */
export function stateFolder(): string {
  return path.join(process.env['XDG_STATE_HOME'] ?? path.join(os.homedir(), '.local', 'state'), 'faultline');
}

function registryFolder(): string {
  return path.join(stateFolder(), 'runs');
}

/** In one step: whoever is killed here leaves the old entry or the new one, never half of one. */
function write(file: string, entry: RegisteredRun): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${entry.pid}`;
  writeFileSync(draft, `${JSON.stringify(entry)}\n`);
  renameSync(draft, file);
}

function readEntry(file: string): RegisteredRun | null {
  try {
    const parsed = Entry.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
