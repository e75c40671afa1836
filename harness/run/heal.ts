import { existsSync } from 'node:fs';
import { carryOut } from '../fault/undo.ts';
import { type RegisteredRun, registeredRuns, unregisterRun } from '../record/registry.ts';
import { readPending, strikeIn } from '../record/undo-ledger.ts';
import { engine, listLabelled, removeLabelled } from '../runtime/docker/engine.ts';
import { startTimeOf } from '../runtime/process/tree.ts';

/** What `heal` did: how many undos it carried out, and how many would not be. */
export interface Healed {
  readonly healed: number;
  readonly stuck: number;
}

/**
 * Undoes by hand what runs that died left behind: carries out their ledgers, newest first, then removes every object of the engine that carries
 * the label of a run that no living process owns. Goes on past errors. Runs that are alive are named and left alone.
 */
export async function heal({ print }: { print(line: string): void }): Promise<Healed> {
  const runs = registeredRuns();
  const alive = runs.filter(isAlive);
  for (const run of alive) print(`${run.run} is alive (process ${run.pid}): left alone`);

  let healed = 0;
  let stuck = 0;
  for (const run of runs.filter((each) => !isAlive(each))) {
    const done = await healRun(run, print);
    healed += done.healed;
    stuck += done.stuck;
  }
  const orphans = await healOrphans(new Set(alive.map((run) => run.run)), print);
  healed += orphans.healed;
  stuck += orphans.stuck;
  if (healed === 0 && stuck === 0) print('nothing was broken, nothing was left');
  return { healed, stuck };
}

async function healRun(run: RegisteredRun, print: (line: string) => void): Promise<Healed> {
  if (!existsSync(run.folder)) {
    print(`${run.run}: its folder ${run.folder} is gone, and its ledger with it; looking for its labels instead`);
    unregisterRun(run.run);
    return { healed: 0, stuck: 0 };
  }
  const { pending, unreadable } = readPending(run.folder);
  for (const line of unreadable) print(`${run.run}: a line of the ledger was cut short and is passed over: ${line.slice(0, 80)}`);
  let healed = 0;
  let stuck = 0;
  for (const undo of pending) {
    try {
      print(`${run.run}: ${undo.what}: ${await carryOut(undo.action)}`);
      strikeIn(run.folder, undo.n, 'heal');
      healed += 1;
    } catch (error) {
      stuck += 1;
      print(`${run.run}: ${undo.what}: STUCK: ${(error as Error).message}`);
    }
  }
  if (stuck === 0) unregisterRun(run.run);
  return { healed, stuck };
}

async function healOrphans(aliveRuns: ReadonlySet<string>, print: (line: string) => void): Promise<Healed> {
  const docker = await engine();
  if (!docker.ok) return { healed: 0, stuck: 0 };
  const orphaned = new Set(
    (await listLabelled()).filter((object) => !object.alive && !aliveRuns.has(object.run)).map((object) => object.run),
  );
  let healed = 0;
  let stuck = 0;
  for (const run of orphaned) {
    try {
      for (const removed of await removeLabelled({ run })) {
        print(`${run}: removed ${removed}`);
        healed += 1;
      }
    } catch (error) {
      stuck += 1;
      print(`${run}: STUCK: ${(error as Error).message}`);
    }
  }
  return { healed, stuck };
}

function isAlive(run: RegisteredRun): boolean {
  return startTimeOf(run.pid) === run.started;
}
