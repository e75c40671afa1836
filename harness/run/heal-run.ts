import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { carryOut } from '../fault/undo.ts';
import type { UndoAction } from '../model/fault.ts';
import { type RegisteredRun, registeredRun, stateFolder, unregisterRun } from '../record/registry.ts';
import { type PendingUndo, readPending, readRegistered, strikeIn } from '../record/undo-ledger.ts';
import { engine, removeLabelled } from '../runtime/docker/engine.ts';
import { folderOfStandUp } from '../runtime/process/folder.ts';
import { killTree, processesTagged, startTimeOf } from '../runtime/process/tree.ts';
import { within } from './cut-short.ts';
import { takeLock } from './lock.ts';

const UNDO_WITHIN_MS = 45_000;
const MARKED_WITHIN_MS = 120_000;
const PAUSE_LEAST_MS = 250;
const PAUSE_MOST_MS = 5000;

/** What would not be undone: what it is, why not, and the command that undoes it by hand. */
export interface Stuck {
  readonly what: string;
  readonly why: string;
  readonly command: string;
}

/** What healing came to: how many undos were carried out, and what would not be. */
export interface Healed {
  readonly healed: number;
  readonly stuck: readonly Stuck[];
}

/** Who heals, for how long, and where it is told. `strike`: false while the run's process exists and could still do a deed that is undone here. */
export interface HealOptions {
  readonly by: string;
  readonly within_ms: number;
  readonly strike: boolean;
  print(line: string): void;
}

/**
 * Heals one run from its folder alone: its ledger, newest first, past errors, what failed again until the time is up; then whatever still carries its mark. One at a time: whoever comes second
 * waits for the first, and then looks what is left. What is done is written to the run's heal.log, too. The run leaves the list once nothing is stuck.
 */
export async function healRun(run: RegisteredRun, options: HealOptions): Promise<Healed> {
  const deadline = performance.now() + options.within_ms;
  const print = told(run, options);
  let waits = false;
  for (;;) {
    const lock = await takeLock(path.join(stateFolder(), 'locks'), `heal-${run.run}`, options.by);
    if (lock.got) {
      try {
        return await carryOutAll(run, options, deadline, print);
      } finally {
        lock.release();
      }
    }
    if (!waits) print(`process ${lock.by.pid} (${lock.by.what}) is healing it: waiting for that`);
    waits = true;
    if (performance.now() > deadline) {
      const why = `process ${lock.by.pid} (${lock.by.what}) has been healing it for ${Math.round(options.within_ms / 1000)} s`;
      return { healed: 0, stuck: [{ what: run.run, why, command: `npx faultline heal ${run.run}` }] };
    }
    await sleep(PAUSE_LEAST_MS);
  }
}

/** The mark that everything of a run's stand-up carries: the run's name ends in it. */
export function tokenOf(run: string): string {
  return run.slice(run.lastIndexOf('-') + 1);
}

/** Whether a run's process is the one that registered it, and still exists. */
export function isAlive(run: Pick<RegisteredRun, 'pid' | 'started'>): boolean {
  return startTimeOf(run.pid) === run.started;
}

/** The command that does by hand what an undo would do. */
export function byHand(action: UndoAction): string {
  switch (action.do) {
    case 'docker.start':
      return `docker start ${action.container}`;
    case 'docker.unpause':
      return `docker unpause ${action.container}`;
    case 'docker.exec':
      return `docker exec ${action.container} ${action.argv.map(quoted).join(' ')}`;
    case 'docker.remove':
      return `docker rm -f -v ${action.container}`;
    case 'docker.network.remove':
      return `docker network rm ${action.network}`;
    case 'docker.volume.remove':
      return `docker volume rm -f ${action.volume}`;
    case 'process.resume':
      return `kill -CONT ${action.pid}`;
    case 'process.end':
      return `kill -KILL ${action.pid}`;
    case 'process.end_tagged':
      return `grep -lz FAULTLINE_STANDUP=${action.tag} /proc/[0-9]*/environ | cut -d/ -f3 | xargs -r kill -KILL`;
    case 'folder.remove':
      return `rm -rf ${quoted(action.path)}`;
    case 'http':
      return `curl -X ${action.method} ${quoted(action.url)}`;
    default:
      return 'npx faultline heal';
  }
}

async function carryOutAll(run: RegisteredRun, options: HealOptions, deadline: number, print: (line: string) => void): Promise<Healed> {
  // Somebody else has healed it while this one waited.
  if (registeredRun(run.run) === null) return { healed: 0, stuck: [] };
  if (!existsSync(run.folder)) print(`its folder ${run.folder} is gone, and its ledger with it; looking for its marks instead`);
  const { pending, unreadable } = readPending(run.folder);
  for (const line of unreadable) print(`a line of the ledger was cut short and is passed over: ${line.slice(0, 80)}`);

  let healed = 0;
  const pass = async (undos: readonly PendingUndo[]): Promise<readonly { undo: PendingUndo; why: string }[]> => {
    const failed: { undo: PendingUndo; why: string }[] = [];
    // Once it is removed, nobody can undo any more what was done through it.
    const needed = new Set<string>();
    for (const undo of undos) {
      const { action } = undo;
      if (action.do === 'docker.remove' && needed.has(action.container)) {
        failed.push({ undo, why: 'something is still to be undone inside it' });
        continue;
      }
      try {
        print(`${undo.what}: ${await within(carryOut(undo.action), UNDO_WITHIN_MS, 'it')}`);
        if (options.strike) strikeIn(run.folder, undo.n, options.by);
        healed += 1;
      } catch (error) {
        failed.push({ undo, why: (error as Error).message });
        if (action.do === 'docker.exec') needed.add(action.container);
      }
    }
    return failed;
  };
  const told = new Set<string>();
  const failed = await untilNoneLeft(await pass(pending), deadline, async (left, paused) => {
    for (const { undo, why } of left) if (!told.has(why) && told.add(why)) print(`${undo.what}: not yet: ${why}`);
    await paused();
    return await pass(left.map(({ undo }) => undo));
  });
  const stuck: Stuck[] = failed.map(({ undo, why }) => ({ what: undo.what, why, command: byHand(undo.action) }));
  const sweep = async () => {
    const marked = await removeMarked(run, print);
    healed += marked.healed;
    return marked.stuck;
  };
  stuck.push(
    ...(await untilNoneLeft(await sweep(), deadline, async (_, paused) => {
      await paused();
      return await sweep();
    })),
  );
  for (const each of stuck) print(`STUCK: ${each.what}: ${each.why}; by hand: ${each.command}`);
  if (stuck.length === 0 && options.strike) unregisterRun(run.run);
  return { healed, stuck };
}

/** Tries again what is left, each time after a longer pause (`paused`), as long as the next one ends before the deadline. Returns what is left then. */
async function untilNoneLeft<T>(
  left: readonly T[],
  deadline: number,
  again: (left: readonly T[], paused: () => Promise<void>) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  let still = left;
  for (let pause = PAUSE_LEAST_MS; still.length > 0 && performance.now() + pause < deadline; pause = Math.min(2 * pause, PAUSE_MOST_MS))
    still = await again(still, () => sleep(pause));
  return still;
}

/** What carries the mark of a run and stood in no ledger: the ledger was lost, or the crash came in the moment between. */
async function removeMarked({ run, folder, pid, started }: RegisteredRun, print: (line: string) => void): Promise<Healed> {
  const stuck: Stuck[] = [];
  let healed = 0;
  const attempt = async (what: string, command: string, work: () => Promise<readonly string[]>) => {
    try {
      for (const removed of await within(work(), MARKED_WITHIN_MS, 'it')) {
        print(`removed ${removed}`);
        healed += 1;
      }
    } catch (error) {
      stuck.push({ what, why: (error as Error).message, command });
    }
  };
  await attempt(`the processes of ${run}`, byHand({ do: 'process.end_tagged', tag: tokenOf(run) }), async () => {
    const found = processesTagged(tokenOf(run));
    for (const each of found) await killTree(each.pid, each.started);
    return found.map((each) => `process ${each.pid}`);
  });
  // After the processes: they could write to it.
  const data = { do: 'folder.remove', path: folderOfStandUp(tokenOf(run)) } as const;
  if (existsSync(data.path))
    await attempt(`the data of ${run}`, byHand(data), async () => {
      await carryOut(data);
      return [`folder ${data.path}`];
    });
  if (usesEngine(folder) && (await engine()).ok)
    await attempt(`what carries the label of ${run}`, 'npx faultline audit', async () => removeLabelled({ run }, { pid, started }));
  return { healed, stuck };
}

/** Whether a run may have made anything in an engine: all but those whose ledger is there and speaks of none. */
function usesEngine(folder: string): boolean {
  const registered = readRegistered(folder);
  return registered.length === 0 || registered.some(({ action }) => action.do.startsWith('docker.'));
}

/** Tells whoever called, and the run's folder, so that it can be read later what was done and by whom. */
function told(run: RegisteredRun, { by, print }: HealOptions): (line: string) => void {
  return (line) => {
    print(`${run.run}: ${line}`);
    writeHealLog(run.folder, by, line);
  };
}

/** A line of heal.log in a run's folder; one that is gone, or a full disk, is no reason not to heal. */
export function writeHealLog(folder: string, by: string, line: string): void {
  try {
    if (existsSync(folder)) appendFileSync(path.join(folder, 'heal.log'), `${new Date().toISOString()} ${by}: ${line}\n`);
  } catch {
    // Told to whoever called; the disk may be what is broken.
  }
}

function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
