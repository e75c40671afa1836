import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTimeOf } from '../runtime/process/tree.ts';

const TRIES = 6;
const PAUSE_MS = 30;

/** Who holds a lock: a process, known by its id and start time, and for whom it does. */
export interface Holder {
  readonly pid: number;
  readonly started: string;
  /** A run, or what else is done, for people. */
  readonly what: string;
}

/** A lock that was got, or who has it. `release` may be called twice. */
export type Lock = { readonly got: true; release(): void } | { readonly got: false; readonly by: Holder };

/**
 * Takes a lock that survives nobody. Every process puts down a claim, a file named by its id and start time, and then looks whether somebody else who is alive has one: then it takes its own
 * back. A claim of a process that is gone counts for nothing, and whoever sees it may remove it, since no other process will ever have that name. Two who come at the same moment both step
 * back, and try again.
 */
export async function takeLock(folder: string, name: string, what: string): Promise<Lock> {
  for (let tried = 1; ; tried++) {
    const lock = tryLock(folder, name, what);
    // What this very process has it does not get by waiting.
    if (lock.got || tried === TRIES || lock.by.pid === process.pid) return lock;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * (0.5 + Math.random())));
  }
}

/** The same, once: whoever comes at the same moment as another may find that neither of them got it. */
export function tryLock(folder: string, name: string, what: string): Lock {
  mkdirSync(folder, { recursive: true });
  const started = startTimeOf(process.pid) ?? '';
  const mine = claimFile(name, process.pid, started);
  const file = path.join(folder, mine);
  if (!claim(file, what)) return { got: false, by: { pid: process.pid, started, what: readWhat(file) } };
  const by = holders(folder, name).find((each) => claimFile(name, each.pid, each.started) !== mine);
  if (by === undefined) return { got: true, release: () => rmSync(file, { force: true }) };
  rmSync(file, { force: true });
  return { got: false, by };
}

/** The processes that are alive and claim a lock; claims of those that are gone are removed. */
export function holders(folder: string, name: string): readonly Holder[] {
  return readdirSync(folder).flatMap((each) => {
    const [own, pid, started] = each.split('~');
    if (own !== name || pid === undefined || started === undefined) return [];
    const file = path.join(folder, each);
    if (startTimeOf(Number(pid)) === startedOf(started)) return [{ pid: Number(pid), started: startedOf(started), what: readWhat(file) }];
    try {
      rmSync(file, { force: true });
    } catch {
      // Somebody else's, in a folder that many use: it counts for nothing where it lies.
    }
    return [];
  });
}

function claim(file: string, what: string): boolean {
  try {
    writeFileSync(file, what, { flag: 'wx' });
    return true;
  } catch (error) {
    // This very process has it already.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** `started` is a number on Linux, a date elsewhere. */
function claimFile(name: string, pid: number, started: string): string {
  return `${name}~${pid}~${encodeURIComponent(started)}`;
}

function startedOf(text: string): string {
  return decodeURIComponent(text);
}

function readWhat(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // It was released between the look and the read.
    return '';
  }
}
