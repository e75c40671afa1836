import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';

const GONE_WITHIN_MS = 5000;

/** A process as it can be recognised later: ids are used again, ids with a start time are not. */
export interface KnownProcess {
  readonly pid: number;
  readonly started: string;
}

/** A process and the machine that it runs on: who made something. */
export interface Owner extends KnownProcess {
  readonly host: string;
}

interface Row extends KnownProcess {
  readonly ppid: number;
  readonly state: string;
}

/** When a process began, as the kernel says (Linux: clock ticks since boot; elsewhere: `ps`'s date); null when there is none, or only its remains. */
export function startTimeOf(pid: number): string | null {
  const row = rowOf(pid);
  return row === null || row.state === 'Z' ? null : row.started;
}

/** This process as the maker of something, in one word: `host:pid:start time`. */
export function owner(): string {
  return `${os.hostname()}:${process.pid}:${startTimeOf(process.pid) ?? ''}`;
}

/** Who made something, by that word; null when it is none. */
export function ownerOf(word: string | undefined): Owner | null {
  const match = /^([^:]+):(\d+):(.+)$/.exec(word ?? '');
  return match === null ? null : { host: match[1] ?? '', pid: Number(match[2]), started: match[3] ?? '' };
}

/** Whether the maker of something runs still, on this machine. */
export function isOwnerAlive(made: Owner | null): boolean {
  return made !== null && made.host === os.hostname() && startTimeOf(made.pid) === made.started;
}

/** SIGKILL of a process and all of its descendants, and waits until they are gone. Does nothing when the process is another by now. */
export async function killTree(pid: number, started: string): Promise<void> {
  if (startTimeOf(pid) !== started) return;
  // Stopped first, so that it starts nothing while its children are counted.
  signal(pid, 'SIGSTOP');
  await killAll(descendants([pid]));
}

/** SIGKILL of these processes, children first seen as they are, and waits until they are gone. */
export async function killAll(processes: readonly KnownProcess[]): Promise<void> {
  for (const each of processes) if (startTimeOf(each.pid) === each.started) signal(each.pid, 'SIGKILL');
  const deadline = performance.now() + GONE_WITHIN_MS;
  const left = () => processes.filter((each) => startTimeOf(each.pid) === each.started);
  while (left().length > 0) {
    if (performance.now() > deadline)
      throw new Error(`processes ${left().map((each) => each.pid)} outlived a SIGKILL for ${GONE_WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** These processes and everything that descends from them. */
export function descendants(roots: readonly number[]): readonly KnownProcess[] {
  const rows = allRows();
  const found = new Map<number, KnownProcess>();
  const visit = (pid: number) => {
    const row = rows.find((each) => each.pid === pid);
    if (row === undefined || found.has(pid)) return;
    found.set(pid, { pid: row.pid, started: row.started });
    for (const child of rows) if (child.ppid === pid) visit(child.pid);
  };
  for (const root of roots) visit(root);
  return [...found.values()];
}

/** Every process with FAULTLINE_STANDUP=`tag` (and FAULTLINE_SERVICE=`service`, if given) in the environment that it was started with. */
export function processesTagged(tag: string, service?: string): readonly KnownProcess[] {
  const wanted = [`FAULTLINE_STANDUP=${tag}`, ...(service === undefined ? [] : [`FAULTLINE_SERVICE=${service}`])];
  return allRows()
    .filter((row) => row.pid !== process.pid && row.state !== 'Z')
    .filter((row) => {
      const environment = environmentOf(row.pid);
      return wanted.every((each) => environment.includes(each));
    })
    .map(({ pid, started }) => ({ pid, started }));
}

/** A process that carries the mark of a stand-up, and what it was started as. */
export interface Tagged extends KnownProcess {
  readonly tag: string;
  readonly owner: Owner | null;
  /** Whether whoever started it is gone. */
  readonly orphan: boolean;
  readonly command: string;
}

/** Every process with FAULTLINE_STANDUP in the environment that it was started with. */
export function allTagged(): readonly Tagged[] {
  return allRows().flatMap(({ pid, ppid, started, state }) => {
    const environment = pid === process.pid || state === 'Z' ? [] : environmentOf(pid);
    const value = (name: string) => environment.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    const tag = value('FAULTLINE_STANDUP');
    return tag === undefined
      ? []
      : [
          {
            pid,
            started,
            tag,
            owner: ownerOf(value('FAULTLINE_OWNER')),
            orphan: ppid <= 1,
            command: commandLine(pid).split(' ').slice(0, 3).join(' '),
          },
        ];
  });
}

/** Lets a stopped process run again, if it is still the one that was meant. */
export async function resume(pid: number, started: string): Promise<void> {
  if (startTimeOf(pid) === started) for (const each of descendants([pid])) signal(each.pid, 'SIGCONT');
}

/** Sends a signal; a process that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether a process and its descendants are stopped (SIGSTOP). */
export function isStopped(pid: number): boolean {
  return rowOf(pid)?.state.startsWith('T') ?? false;
}

function rowOf(pid: number): Row | null {
  if (process.platform !== 'linux') return psRows(['-p', String(pid)])[0] ?? null;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may contain anything, brackets too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', ppid: Number(fields[1]), started: fields[19] ?? '' };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function allRows(): readonly Row[] {
  if (process.platform !== 'linux') return psRows(['-A']);
  return readdirSync('/proc').flatMap((name) => {
    const row = /^\d+$/.test(name) ? rowOf(Number(name)) : null;
    return row === null ? [] : [row];
  });
}

function psRows(which: readonly string[]): readonly Row[] {
  let text: string;
  try {
    text = execFileSync('ps', ['-o', 'pid=,ppid=,state=,lstart=', ...which], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // ps exits 1 when there is no such process.
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), ppid: Number(match[2]), state: match[3] ?? '', started: match[4] ?? '' }];
  });
}

/** The words that a process was started with, with spaces between them; empty where it is gone. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    // It ended just now.
    return '';
  }
}

function environmentOf(pid: number): readonly string[] {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return execFileSync('ps', ['-E', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      /\s+/,
    );
  } catch {
    // Gone, or somebody else's: then it is none of ours.
    return [];
  }
}
