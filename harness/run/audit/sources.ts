import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { registeredRuns, stateFolder } from '../../record/registry.ts';
import { readRegistered } from '../../record/undo-ledger.ts';
import { engine, listLabelled, notOurs } from '../../runtime/docker/engine.ts';
import { allTagged, isOwnerAlive, startTimeOf } from '../../runtime/process/tree.ts';
import { byHand, isAlive, tokenOf } from '../heal-run.ts';
import { lockFolder } from '../hold-adopted.ts';
import { markIn, type Residue } from './residue.ts';

const ASK_WITHIN_MS = 2000;
/** A folder in which something was being built belongs to nobody after so long. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** Containers, networks and volumes with our labels; those that only look like ours are told apart. */
export async function objects(): Promise<{ readonly ours: readonly Residue[]; readonly foreign: readonly string[] }> {
  if (!(await engine()).ok) return { ours: [], foreign: [] };
  const remove = { container: 'docker.remove', network: 'docker.network.remove', volume: 'docker.volume.remove' } as const;
  const all = await listLabelled();
  const describe = (object: (typeof all)[number]): Residue => {
    const { kind, name, standUp, run } = object;
    const action =
      kind === 'container'
        ? ({ do: remove.container, container: name } as const)
        : kind === 'network'
          ? ({ do: remove.network, network: name } as const)
          : ({ do: remove.volume, volume: name } as const);
    return { kind, what: name, mark: standUp || tokenOf(run), maker: object.alive ? 'alive' : 'gone', command: byHand(action) };
  };
  return {
    // What a process that is alive made is its own affair, and told apart by its mark.
    ours: all.filter((object) => object.alive || notOurs(object) === null).map(describe),
    foreign: all.flatMap((object) => {
      const why = object.alive ? null : notOurs(object);
      return why === null ? [] : [`${object.kind} ${object.name} carries the label of a run, but ${why}`];
    }),
  };
}

/** Processes with the mark of a stand-up in their environment. */
export function processes(): readonly Residue[] {
  return allTagged().map(({ pid, tag, command, owner, orphan }) => ({
    kind: 'process',
    what: `${pid} (${command})`,
    mark: tag,
    maker: (owner === null ? !orphan : isOwnerAlive(owner)) ? 'alive' : 'gone',
    command: byHand({ do: 'process.end', pid, started: '' }),
  }));
}

/** Places of stand-ups, and folders in which an image was being made, which nobody uses any more. */
export function files(): readonly Residue[] {
  const folder = os.tmpdir();
  return readdirSync(folder).flatMap((name): Residue[] => {
    const file = path.join(folder, name);
    const found: Residue = { kind: 'file', what: file, mark: null, command: `rm -rf ${file}` };
    if (/^faultline-[a-z2-9]{6}$/.test(name)) return [{ ...found, mark: markIn(name) }];
    // What somebody builds in just now is nobody's to remove.
    return /^faultline-(context|archive)-/.test(name) && age(file) > FORGOTTEN_AFTER_MS ? [found] : [];
  });
}

/** Mounts whose name carries our mark. */
export function mounts(): readonly Residue[] {
  const table = '/proc/self/mountinfo';
  if (!existsSync(table)) return [];
  return readFileSync(table, 'utf8')
    .split('\n')
    .flatMap((line): Residue[] => {
      const at = line.split(' ')[4] ?? '';
      const mark = markIn(line);
      return mark === null ? [] : [{ kind: 'mount', what: at, mark, command: `umount ${at}` }];
    });
}

/** Runs on the list whose process is gone. */
export function runs(): readonly Residue[] {
  return registeredRuns()
    .filter((run) => !isAlive(run))
    .map(({ run, kept }) => ({
      kind: 'run',
      what: kept === true ? `${run}, which left its system standing as it was told` : `${run}, which died and is not healed`,
      mark: tokenOf(run),
      command: `npx faultline heal ${run}`,
    }));
}

/** Claims on locks by processes that are gone. They hold nothing up. */
export function locks(): readonly Residue[] {
  return [path.join(stateFolder(), 'locks'), lockFolder()].filter(existsSync).flatMap((folder) =>
    readdirSync(folder).flatMap((name): Residue[] => {
      const [, pid, started] = name.split('~');
      if (pid === undefined || started === undefined || startTimeOf(Number(pid)) === decodeURIComponent(started)) return [];
      const file = path.join(folder, name);
      return [{ kind: 'lock', what: file, mark: null, command: `rm ${file}` }];
    }),
  );
}

/** What a run put somewhere by HTTP (a toxic, a rule of a proxy) and what is still there when it is asked for. */
export async function toxics(folder: string, mark: string): Promise<readonly Residue[]> {
  const urls = new Set(
    readRegistered(folder).flatMap(({ action }) => (action.do === 'http' && action.method === 'DELETE' ? [action.url] : [])),
  );
  const found = await Promise.all(
    [...urls].map(async (url): Promise<Residue[]> => {
      const there = (what: string): Residue[] => [{ kind: 'toxic', what, mark, command: byHand({ do: 'http', method: 'DELETE', url }) }];
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_WITHIN_MS) });
        await answer.body?.cancel();
        return answer.ok ? there(url) : [];
      } catch (error) {
        // Where nobody is there it went with its process; where somebody is and says nothing, nobody knows.
        return (error as Error).name === 'TimeoutError' ? there(`${url} (it gave no answer within ${ASK_WITHIN_MS / 1000} s)`) : [];
      }
    }),
  );
  return found.flat();
}

function age(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    // Its owner removed it just now.
    return 0;
  }
}
