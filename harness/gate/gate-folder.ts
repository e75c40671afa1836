import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { replaceJson } from '../evidence/replace-json.ts';
import { twinName } from '../model/evidence.ts';
import type { GateRecord } from '../model/gate.ts';
import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { holders } from '../run/lock.ts';
import { readGate } from './record.ts';

const RECORD = 'gate.json';
/** Who plays a gate holds the lock of this name in its folder. */
export const GATE_LOCK = 'gate';

/** A gate that was begun and did not come to its end: where it lies, and what it had come to. */
export interface BegunGate {
  readonly place: string;
  readonly record: GateRecord;
}

/** Makes `out/gate-<time>`, with its shard; never one that is there: what lies in it is another gate's, or a shard that is being merged. Returns its absolute path. */
export function newGateFolder(out: string, { at, shard }: Pick<GateRecord, 'at' | 'shard'>): string {
  const name = `gate-${at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}${shard.of === 1 ? '' : `-${shard.n}of${shard.of}`}`;
  mkdirSync(path.resolve(out), { recursive: true });
  for (let n = 1; ; n++) {
    const place = path.resolve(out, n === 1 ? name : `${name}-${n}`);
    if (existsSync(place)) continue;
    mkdirSync(place);
    return place;
  }
}

/** The file of a gate's folder that says what it came to. */
export function recordFile(place: string): string {
  return path.join(place, RECORD);
}

/** The folder in a gate's folder that has the history as it was after its last run: what `merge` joins. */
export function historyIn(place: string): string {
  return path.join(place, 'history');
}

/** Writes what a gate has come to so far, in one step. Throws NotKept where it cannot. */
export function keepRecord(place: string, record: GateRecord): void {
  replaceJson(recordFile(place), record);
}

/**
 * The newest gate below `out` that is this one (the same part of the same choice, on the same code), is not done, and is played by nobody now: null where there is none. Runs that were cut short with it, or left
 * something that could not be healed, are not in its record any more; the evidence that lies beside it keeps what the latter showed. `told`: hears of a record that cannot be read, which is left as it is.
 */
export function begunGate(out: string, like: Which, told: (line: string) => void): BegunGate | null {
  const found = (existsSync(out) ? readdirSync(out) : []).flatMap((name): BegunGate[] => {
    const place = path.resolve(out, name);
    if (!name.startsWith('gate-') || !existsSync(recordFile(place)) || holders(place, GATE_LOCK).length > 0) return [];
    try {
      const record = readGate(recordFile(place));
      return isDeepStrictEqual(whichOf(record), whichOf(like)) && !isDone(record) ? [{ place, record }] : [];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      told(`${error.message}: this gate does not go on with it`);
      return [];
    }
  });
  const newest = found.sort((a, b) => (a.record.at < b.record.at ? -1 : 1)).at(-1);
  if (newest === undefined) return null;
  return { ...newest, record: { ...newest.record, runs: newest.record.runs.filter(isOver) } };
}

/** By what one gate is another one's beginning. */
type Which = Pick<GateRecord, 'commit' | 'profile' | 'changed_since' | 'principles' | 'shard' | 'digests'>;

function whichOf({ commit, profile, changed_since, principles, shard, digests }: Which) {
  return { commit, profile, changed_since, principles, shard, digests };
}

/** Whether nothing of it is to be played again: it came to its end, healed what it broke, and played what it had chosen. Its own choice is what the other shards know, so another gate in its place would be none of theirs. */
function isDone({ interrupted, runs, steps, left }: GateRecord): boolean {
  const chosen = new Set(steps.map(twinName));
  return !interrupted && runs.every(isOver) && !left.some(({ name }) => chosen.has(name));
}

function isOver({ run }: GateRecord['runs'][number]): boolean {
  return run.exit_code !== EXIT.interrupted && run.exit_code !== EXIT.unhealed;
}
