import { type Ops, OUTCOME } from '../ops.ts';
import type { FinalRead, Recording } from '../recording.ts';
import { ODD, type Rows } from '../rows.ts';
import { type Stream, streamsIn } from './streams.ts';

/** What the client knows of a write: acknowledged, indeterminate, definitely failed. */
export type Knowledge = 'acknowledged' | 'indeterminate' | 'failed';

/** A write that was sent: operation `i` of its stream. `sent`, `done`: ns; `timeline`: the database timeline that answered. */
export interface Write {
  readonly id: string;
  readonly stream: Stream;
  readonly i: number;
  readonly known: Knowledge;
  readonly sent: number;
  readonly done: number;
  readonly timeline: number | undefined;
  readonly line: number;
}

/** Some of the writes of a ledger, kept as numbers; iterating gives them one by one. */
export interface WriteSet extends Iterable<Write> {
  readonly length: number;
  /** The first so many. */
  first(count: number): readonly Write[];
}

/** What one store held at the end against what the clients know. `counts`: it is the authority, or a member that could be promoted, and was read to its end. */
export interface StoreLedger {
  readonly store: string;
  readonly role: 'authority' | 'member';
  readonly complete: boolean;
  readonly counts: boolean;
  readonly error: string | null;
  readonly line: number;
  readonly found: number;
  readonly lost: WriteSet;
  readonly altered: WriteSet;
  /** Found although their deletion was acknowledged. */
  readonly undeleted: WriteSet;
  /** When the first lost write was acknowledged, and when the last one before that was sent which is kept (null: none is). ns; null when nothing is lost. */
  readonly reach: { readonly first_lost: number; readonly last_kept: number | null } | null;
  readonly recovered: number;
  readonly resurrected: number;
  readonly phantom: number;
  readonly duplicated: number;
  readonly misordered: number;
}

/** All writes of some journeys, and every store of the final read. `streams`: those that write; `length`: how many writes were sent. */
export interface Ledger {
  readonly streams: readonly Stream[];
  readonly length: number;
  readonly acknowledged: number;
  readonly indeterminate: number;
  readonly failed: number;
  /** Acknowledged deletions of these writes. */
  readonly deleted: number;
  readonly stores: readonly StoreLedger[];
}

/** Compares what the clients were told with what the stores hold. `journeys`: those of the objective. Worked out once for a recording. */
export function ledgerOf(recording: Recording, journeys: readonly string[]): Ledger {
  const known = workedOut.get(recording) ?? new Map<string, Ledger>();
  workedOut.set(recording, known);
  const key = journeys.join(' ');
  const ledger = known.get(key) ?? workOut(recording, journeys);
  known.set(key, ledger);
  return ledger;
}

const workedOut = new WeakMap<Recording, Map<string, Ledger>>();

function workOut(recording: Recording, journeys: readonly string[]): Ledger {
  const deletes = new Map(recording.plan.journeys.flatMap((each) => (each.deletes === undefined ? [] : [[each.name, each.deletes]])));
  const streams = streamsIn(recording, journeys).filter((stream) => stream.kind === 'write' && !deletes.has(stream.journey));
  const deleters = streamsIn(recording).filter((stream) => journeys.includes(deletes.get(stream.journey) ?? ''));
  const counts = { acknowledged: 0, indeterminate: 0, failed: 0 };
  for (const { ops } of streams)
    for (let i = 0; i < ops.length; i++) {
      const known = knowledge(ops, i);
      if (known !== null) counts[known] += 1;
    }
  const others = new Set(streamsIn(recording).flatMap((stream) => (journeys.includes(stream.journey) ? [] : [stream.journey])));
  const stores = recording.reads.map((read) => compare(recording, read, { streams, deleters, others }));
  const deleted = deleters.reduce((sum, { ops }) => sum + ops.o.reduce((own, code) => own + (code === OUTCOME.ok ? 1 : 0), 0), 0);
  return { deleted, streams, length: counts.acknowledged + counts.indeterminate + counts.failed, ...counts, stores };
}

/**
 * What the client knows of a write; null when it was never sent: not attempted, and were it found, a phantom. A right answer that came late is an acknowledgement all
 * the same; an answer with a wrong body tells nothing for sure.
 */
export function knowledge({ o }: Ops, i: number): Knowledge | null {
  switch (o[i]) {
    case OUTCOME.ok:
      return 'acknowledged';
    case OUTCOME.fail:
      return 'failed';
    case OUTCOME.ns:
      return null;
    default:
      return 'indeterminate';
  }
}

/** One write, spelled out. */
export function writeOf(token: string, stream: Stream, i: number): Write {
  const { ops } = stream;
  return {
    id: `${token}.${ops.journey}.${ops.writer}.${ops.n[i] ?? 0}`,
    stream,
    i,
    known: knowledge(ops, i) ?? 'indeterminate',
    sent: ops.sent(i),
    done: ops.done(i),
    timeline: ops.timeline(i),
    line: ops.line[i] ?? 0,
  };
}

/** Writes by stream and place. */
class Places implements WriteSet {
  readonly length: number;
  readonly #token: string;
  readonly #of: readonly { readonly stream: Stream; readonly places: Uint32Array }[];

  constructor(token: string, of: readonly { readonly stream: Stream; readonly places: Uint32Array }[]) {
    this.#token = token;
    this.#of = of;
    this.length = of.reduce((sum, { places }) => sum + places.length, 0);
  }

  *[Symbol.iterator](): Generator<Write> {
    for (const { stream, places } of this.#of) for (const i of places) yield writeOf(this.#token, stream, i);
  }

  first(count: number): readonly Write[] {
    const some: Write[] = [];
    for (const write of this) {
      if (some.length >= count) break;
      some.push(write);
    }
    return some;
  }
}

const NONE: WriteSet = new Places('', []);
const [FOUND, ALTERED, DELETING, DELETED] = [1, 2, 4, 8] as const;

/** A stream of writes, and by operation whether it was found, whether with another value, whether somebody tried to delete it and whether that was acknowledged. */
interface Lane {
  readonly stream: Stream;
  readonly marks: Uint8Array;
}

function compare(
  recording: Recording,
  { read, line, rows }: FinalRead,
  {
    streams,
    deleters,
    others,
  }: { readonly streams: readonly Stream[]; readonly deleters: readonly Stream[]; readonly others: ReadonlySet<string> },
): StoreLedger {
  const { token } = recording.environment;
  const lanes = streams.map((stream): Lane => ({ stream, marks: new Uint8Array(stream.ops.length) }));
  const seen = mark(rows, token, lanes, others);
  markDeleted(deleters, token, lanes);
  const placesOf = (wanted: (lane: Lane, i: number) => boolean) =>
    new Places(
      token,
      lanes.map((lane) => ({ stream: lane.stream, places: placesIn(lane, wanted) })),
    );
  // What somebody wanted gone may be gone, whether or not that was answered; what was told to be gone must be.
  const isLost = ({ stream, marks }: Lane, i: number) => stream.ops.o[i] === OUTCOME.ok && ((marks[i] ?? 0) & (FOUND | DELETING)) === 0;
  const lost = placesOf(isLost);
  const altered = placesOf(({ marks }, i) => ((marks[i] ?? 0) & (ALTERED | DELETED)) === ALTERED);
  const undeleted = deleters.length === 0 ? NONE : placesOf(({ marks }, i) => ((marks[i] ?? 0) & (FOUND | DELETED)) === (FOUND | DELETED));
  return {
    store: read.store,
    role: read.role,
    complete: read.complete,
    counts: read.complete && (read.role === 'authority' || couldLead(recording, read.store)),
    error: read.error ?? null,
    line,
    ...seen,
    lost,
    altered,
    undeleted,
    reach: lost.length === 0 ? null : reachOf(lanes, lost),
    misordered: misordered(lanes, lost),
  };
}

function placesIn(lane: Lane, wanted: (lane: Lane, i: number) => boolean): Uint32Array {
  let count = 0;
  for (let i = 0; i < lane.marks.length; i++) if (wanted(lane, i)) count += 1;
  const places = new Uint32Array(count);
  if (count > 0) for (let i = 0, next = 0; i < lane.marks.length; i++) if (wanted(lane, i)) places[next++] = i;
  return places;
}

/** Marks what was found, row by row, and counts what no client was told of. */
function mark(rows: Rows, token: string, lanes: readonly Lane[], others: ReadonlySet<string>) {
  const laneOf = rows.lanes.map((name) => {
    if (others.has(name.slice(0, name.indexOf('.')))) return null;
    return lanes.find(({ stream }) => `${stream.ops.journey}.${stream.ops.writer}` === name) ?? 'nobody';
  });
  const counts = { found: 0, recovered: 0, resurrected: 0, phantom: 0, duplicated: 0 };
  const phantoms = new Set<string>();
  const phantom = (id: string) => {
    if (phantoms.has(id)) counts.duplicated += 1;
    else {
      phantoms.add(id);
      counts.phantom += 1;
      counts.found += 1;
    }
  };
  for (let row = 0; row < rows.length; row++) {
    const which = rows.lane[row] ?? ODD;
    const n = rows.n[row] ?? 0;
    if (which === ODD) {
      const id = rows.odd[n] ?? '';
      const ours = id.startsWith(`${token}.`) && !others.has(id.slice(token.length + 1, id.indexOf('.', token.length + 1)));
      if (ours) phantom(id);
      continue;
    }
    const lane = laneOf[which];
    if (lane === null || lane === undefined) continue;
    const i = lane === 'nobody' ? -1 : lane.stream.ops.place(n);
    const code = i < 0 || lane === 'nobody' ? OUTCOME.ns : (lane.stream.ops.o[i] ?? OUTCOME.ns);
    if (lane === 'nobody' || code === OUTCOME.ns) {
      phantom(`${rows.lanes[which] ?? ''}.${n}`);
      continue;
    }
    const before = lane.marks[i] ?? 0;
    const value = rows.value[row] ?? Number.NaN;
    const same = lane.stream.ops.sameValue(i, Number.isNaN(value) ? (rows.texts.get(row) ?? '') : value);
    const other = code === OUTCOME.ok && !same ? ALTERED : 0;
    lane.marks[i] = before | FOUND | other;
    if ((before & FOUND) !== 0) {
      counts.duplicated += 1;
      continue;
    }
    counts.found += 1;
    if (code === OUTCOME.fail) counts.resurrected += 1;
    else if (code !== OUTCOME.ok) counts.recovered += 1;
  }
  return counts;
}

/** Marks what somebody wanted deleted. A deletion that definitely did not happen is none. */
function markDeleted(deleters: readonly Stream[], token: string, lanes: readonly Lane[]): void {
  for (const { ops } of deleters) {
    for (const { o, v, b } of ops) {
      if (o === 'ns' || o === 'fail' || v === undefined) continue;
      const dot = v.lastIndexOf('.');
      const lane = lanes.find(({ stream }) => v.slice(0, dot) === `${token}.${stream.ops.journey}.${stream.ops.writer}`);
      const i = lane?.stream.ops.place(Number(v.slice(dot + 1))) ?? -1;
      if (lane !== undefined && i >= 0) lane.marks[i] = (lane.marks[i] ?? 0) | (o === 'ok' && b !== 1 ? DELETING | DELETED : DELETING);
    }
  }
}

function reachOf(lanes: readonly Lane[], lost: WriteSet): NonNullable<StoreLedger['reach']> {
  let first_lost = Number.POSITIVE_INFINITY;
  for (const { done } of lost) first_lost = Math.min(first_lost, done);
  let last_kept = Number.NEGATIVE_INFINITY;
  for (const { stream, marks } of lanes)
    for (let i = 0; i < marks.length; i++)
      if (stream.ops.o[i] === OUTCOME.ok && ((marks[i] ?? 0) & FOUND) !== 0 && stream.ops.sent(i) < first_lost)
        last_kept = Math.max(last_kept, stream.ops.sent(i));
  return { first_lost, last_kept: last_kept === Number.NEGATIVE_INFINITY ? null : last_kept };
}

/** Whether the cluster's last word on a member is that it runs or streams, so that it could be promoted. Without a cluster every store could. */
function couldLead({ events }: Recording, store: string): boolean {
  const last = events.findLast((event) => event.k === 'cluster');
  if (last?.k !== 'cluster') return true;
  const member = last.members.find((each) => each.name === store);
  return member !== undefined && (member.state === 'streaming' || member.state === 'running');
}

/**
 * Lost writes of a closed writer after which a later one of the same writer *on the same database timeline* was kept. A log that is applied in order can lose
 * only what is newest; across a failover, older ones may be lost rightly, so those are not counted.
 */
function misordered(lanes: readonly Lane[], lost: WriteSet): number {
  if (lost.length === 0) return 0;
  const newestKept = new Map<Stream, Map<number, number>>();
  for (const { stream, marks } of lanes) {
    if (stream.load !== 'closed') continue;
    const { ops } = stream;
    const newest = new Map<number, number>();
    newestKept.set(stream, newest);
    for (let i = 0; i < ops.length; i++) {
      const timeline = ops.timeline(i);
      if (timeline === undefined || ops.o[i] !== OUTCOME.ok || ((marks[i] ?? 0) & FOUND) === 0) continue;
      newest.set(timeline, Math.max(newest.get(timeline) ?? 0, ops.sent(i)));
    }
  }
  let count = 0;
  for (const { stream, timeline, done } of lost)
    if (timeline !== undefined && (newestKept.get(stream)?.get(timeline) ?? 0) > done) count += 1;
  return count;
}
