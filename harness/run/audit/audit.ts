import type { StandUp } from '../../model/runtime.ts';
import { registeredRuns } from '../../record/registry.ts';
import { isAlive, tokenOf } from '../heal-run.ts';
import { changed, hostRules, type Settings, settingsOf } from './containers.ts';
import type { Residue } from './residue.ts';
import { files, locks, mounts, objects, processes, runs, toxics } from './sources.ts';

/** What an audit found: what is left by runs that are over, runs that are alive (whatever carries their mark is theirs), and what only looks like ours. */
export interface Audit {
  readonly residue: readonly Residue[];
  readonly alive: readonly string[];
  readonly foreign: readonly string[];
}

/** Looks for everything that runs of this user, or of a process of this machine that is gone, have left anywhere. Changes nothing. */
export async function auditAll(): Promise<Audit> {
  const alive = registeredRuns().filter(isAlive);
  const living = new Set(alive.map(({ run }) => tokenOf(run)));
  const [{ ours, foreign }, rules] = await Promise.all([objects(), hostRules()]);
  const found = [...ours, ...processes(), ...rules, ...files(), ...mounts(), ...runs(), ...locks()];
  // A run of somebody whose list is not ours is alive as long as the maker of anything of it is.
  for (const { maker, mark } of found) if (maker === 'alive' && mark !== null) living.add(mark);
  const residue = found.filter(({ mark }) => mark === null || !living.has(mark));
  return { residue, alive: alive.map(({ run }) => run), foreign };
}

/** What an adopted system was before anything was done to it; nothing where the system is the run's own. */
export async function snapshot(standUp: StandUp): Promise<Settings> {
  if (standUp.runtime !== 'compose') return new Map();
  return await settingsOf(
    [...standUp.instances.values()].flatMap((instance) =>
      'container' in instance && typeof instance.container === 'string' ? [instance.container] : [],
    ),
  );
}

/** What one run has left, by its own mark, and what it changed of a system that it adopted. For the end of a run: looks only where that run could have been. */
export async function auditRun(run: string, folder: string, runtime: StandUp['runtime'], before: Settings): Promise<readonly Residue[]> {
  const token = tokenOf(run);
  const nothing = Promise.resolve([] as readonly Residue[]);
  const contained = runtime === 'docker' || runtime === 'compose';
  const [made, rules, proxied, settings] = await Promise.all([
    contained ? objects().then(({ ours }) => ours) : nothing,
    contained ? hostRules() : nothing,
    toxics(folder, token),
    before.size === 0 ? nothing : settingsOf([...before.keys()]).then((after) => changed(before, after)),
  ]);
  return [...[...made, ...rules, ...proxied, ...processes(), ...files(), ...mounts()].filter(({ mark }) => mark === token), ...settings];
}
