import { chmodSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { registeredRuns } from '../record/registry.ts';
import { isAlive } from './heal-run.ts';
import { takeLock } from './lock.ts';

/** A running system that is held for one run: by what names, and how it is let go. */
export interface Held {
  readonly holds: readonly string[];
  release(): void;
}

/**
 * Holds the running system that a plan adopts, so that no other run breaks it at the same time: one lock for each of its addresses, for everybody on this machine. Throws a UsageError that says who
 * holds it: a run that is alive, or one that died and is not healed yet, since the system is still broken then. A plan that stands its own system up holds nothing.
 */
export async function holdAdopted(plan: Plan): Promise<Held> {
  const holds = namesOf(plan);
  for (const run of registeredRuns())
    if (run.kept !== true && !isAlive(run) && run.holds?.some((name) => holds.includes(name)) === true)
      throw new UsageError(
        `${plan.system.name} was being broken by ${run.run}, which died and is not healed yet: wait for its watcher, or run \`npx faultline heal ${run.run}\``,
      );
  if (holds.length > 0) openToAll(lockFolder());
  const locks: { release(): void }[] = [];
  const release = () => {
    for (const lock of locks.splice(0)) lock.release();
  };
  // In one order for everybody, so that two runs never each have what the other waits for.
  for (const name of holds) {
    const lock = await takeLock(lockFolder(), encodeURIComponent(name), `${plan.scenario}, since ${new Date().toISOString()}`);
    if (lock.got) locks.push(lock);
    else {
      release();
      throw new UsageError(
        `${plan.system.name} (${name}) is in the hands of another run: process ${lock.by.pid}, ${lock.by.what}; one run at a time may break a system that it did not stand up`,
      );
    }
  }
  return { holds, release };
}

/** Where the locks of adopted systems lie: for all users of this machine, since it is the same system for all of them. */
export function lockFolder(): string {
  return path.join(os.tmpdir(), 'faultline-locks');
}

/** Everybody may put a claim there, and take back only his own. */
function openToAll(folder: string): void {
  mkdirSync(folder, { recursive: true });
  try {
    chmodSync(folder, 0o1777);
  } catch {
    // Somebody else made it, and did the same.
  }
}

/** What an adopted system is known by: its compose project, and the addresses of its services. */
function namesOf(plan: Plan): readonly string[] {
  const urls = Object.values(plan.system.services).flatMap((service) => (service.url === undefined ? [] : [new URL(service.url)]));
  const addresses = urls.map(({ hostname, port }) => `${hostname === 'localhost' ? '127.0.0.1' : hostname}:${port === '' ? '80' : port}`);
  const project = plan.system.compose === undefined ? [] : [`compose:${plan.system.compose.project}`];
  return [...new Set([...addresses, ...project])].sort();
}
