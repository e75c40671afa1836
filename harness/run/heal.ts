import { rmSync } from 'node:fs';
import path from 'node:path';
import { type RegisteredRun, registeredRuns, stateFolder } from '../record/registry.ts';
import { engine, listLabelled, notOurs, removeLabelled } from '../runtime/docker/engine.ts';
import { locks } from './audit/sources.ts';
import { type Healed, healRun, isAlive, type Stuck, writeHealLog } from './heal-run.ts';
import { takeLock } from './lock.ts';

/** Which runs (all, if none is named), for how long what fails is tried again, and where it is told. */
export interface HealAsked {
  readonly only?: readonly string[];
  readonly within_ms?: number;
  print(line: string): void;
}

const WITHIN_MS = 60_000;

/**
 * Undoes by hand what runs that died left behind: carries out their ledgers, newest first, then removes what carries the label of a run whose process was here and is gone.
 * Goes on past errors. Runs that are alive, and objects that are not ours though they look like it, are named and left alone.
 */
export async function heal({ only = [], within_ms = WITHIN_MS, print }: HealAsked): Promise<Healed> {
  const asked = (run: string) => only.length === 0 || only.includes(run);
  const runs = registeredRuns().filter((each) => asked(each.run));
  const alive = runs.filter(isAlive);
  for (const run of alive) print(`${run.run} is alive (process ${run.pid}): left alone`);

  const by = `heal (process ${process.pid})`;
  let healed = 0;
  const stuck: Stuck[] = [];
  const add = (done: Healed) => {
    healed += done.healed;
    stuck.push(...done.stuck);
  };
  for (const run of runs.filter((each) => !isAlive(each))) {
    writeHealLog(run.folder, by, `process ${run.pid} of the run is gone: healing it from its ledger`);
    add(await healRun(run, { by, within_ms, strike: true, print }));
  }
  add(await healOrphans(alive, asked, by, print));
  for (const { what } of locks()) {
    try {
      rmSync(what, { force: true });
    } catch (error) {
      // Somebody else's, in a folder that many use: it holds nothing up.
      print(`the claim ${what} stays: ${(error as Error).message}`);
    }
  }
  if (healed === 0 && stuck.length === 0) print('nothing was broken, nothing was left');
  return { healed, stuck };
}

/** Objects of the engine with the label of a run that is on nobody's list any more. */
async function healOrphans(
  alive: readonly RegisteredRun[],
  asked: (run: string) => boolean,
  by: string,
  print: (line: string) => void,
): Promise<Healed> {
  if (!(await engine()).ok) return { healed: 0, stuck: [] };
  const living = new Set(alive.map((run) => run.run));
  const left = (await listLabelled()).filter((object) => asked(object.run) && !object.alive && !living.has(object.run));
  for (const object of left) {
    const why = notOurs(object);
    if (why !== null) print(`${object.kind} ${object.name} carries the label of a run, but ${why}: left alone`);
  }
  let healed = 0;
  const stuck: Stuck[] = [];
  const byStandUp = new Map(
    left.filter((each) => notOurs(each) === null).map((object) => [`${object.run} ${object.standUp}`, object] as const),
  );
  for (const { run, standUp } of byStandUp.values()) {
    const lock = await takeLock(path.join(stateFolder(), 'locks'), `heal-${run}`, by);
    // Whoever holds it is at it.
    if (!lock.got) continue;
    try {
      for (const removed of await removeLabelled({ run, standUp }, null)) {
        print(`${run}: removed ${removed}`);
        healed += 1;
      }
    } catch (error) {
      stuck.push({ what: run, why: (error as Error).message, command: `docker ps -a --filter label=faultline.run=${run}` });
      print(`${run}: STUCK: ${(error as Error).message}`);
    } finally {
      lock.release();
    }
  }
  return { healed, stuck };
}
