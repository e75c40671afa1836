import type { EventOf } from '../../model/event.ts';
import type { RecordedOp, Recording } from '../recording.ts';
import { doneAt, type Stream, sentAt, streamsIn } from './streams.ts';

/** What the client knows of a write: acknowledged, indeterminate, definitely failed. */
export type Knowledge = 'acknowledged' | 'indeterminate' | 'failed';

/** A write that was sent. `index`: its place in the ledger's `writes`. */
export interface Write {
  readonly id: string;
  readonly index: number;
  readonly stream: Stream;
  readonly op: RecordedOp;
  readonly known: Knowledge;
}

/** What one store held at the end against what the clients know. Ids; `counts`: it is the authority, or a member that could be promoted, and was read to its end. */
export interface StoreLedger {
  readonly store: string;
  readonly role: 'authority' | 'member';
  readonly complete: boolean;
  readonly counts: boolean;
  readonly error: string | null;
  readonly line: number;
  readonly found: number;
  readonly lost: readonly Write[];
  readonly altered: readonly Write[];
  readonly recovered: number;
  readonly resurrected: number;
  readonly phantom: number;
  readonly duplicated: number;
  readonly misordered: number;
}

/** All writes of some journeys, and every store of the final read. `writes` by stream and schedule. */
export interface Ledger {
  readonly writes: readonly Write[];
  readonly acknowledged: number;
  readonly indeterminate: number;
  readonly failed: number;
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
  const writes: Write[] = [];
  const lanes = new Map<string, Write[]>();
  const counts = { acknowledged: 0, indeterminate: 0, failed: 0 };
  for (const stream of streamsIn(recording, journeys)) {
    if (stream.kind !== 'write') continue;
    const lane: Write[] = [];
    lanes.set(stream.name.replace('/', '.'), lane);
    for (const op of stream.ops) {
      // Not sent is not attempted: were it found, it would be a phantom.
      if (op.o === 'ns') continue;
      const write = new Sent(recording.environment.token, writes.length, stream, op);
      counts[write.known] += 1;
      writes.push(write);
      lane[op.n] = write;
    }
  }
  const others = new Set(streamsIn(recording).flatMap((stream) => (journeys.includes(stream.journey) ? [] : [stream.journey])));
  const stores = finalReads(recording).map((read) => compare(recording, read, { writes, lanes, others }));
  return { writes, ...counts, stores };
}

/** Ids are spelled out only for the few that are looked at: a million strings cost more than all the rest. */
class Sent implements Write {
  readonly index: number;
  readonly stream: Stream;
  readonly op: RecordedOp;
  readonly known: Knowledge;
  readonly #token: string;

  constructor(token: string, index: number, stream: Stream, op: RecordedOp) {
    this.#token = token;
    this.index = index;
    this.stream = stream;
    this.op = op;
    this.known = knowledge(op);
  }

  get id(): string {
    return `${this.#token}.${this.op.j}.${this.op.w}.${this.op.n}`;
  }
}

/** A right answer that came late is an acknowledgement all the same; an answer with a wrong body tells nothing for sure. */
function knowledge(op: RecordedOp): Knowledge {
  if (op.o === 'ok') return op.b === 1 ? 'indeterminate' : 'acknowledged';
  return op.o === 'fail' ? 'failed' : 'indeterminate';
}

interface FinalRead {
  readonly read: EventOf<'read'>;
  readonly line: number;
  readonly rows: readonly (readonly [string, string])[];
}

/** The last read of each store, with its rows. */
function finalReads({ events, lines }: Recording): readonly FinalRead[] {
  const reads = new Map<string, FinalRead>();
  const rows = new Map<string, (readonly [string, string])[]>();
  for (const [i, event] of events.entries()) {
    if (event.k === 'found') {
      const known = rows.get(event.store) ?? [];
      for (const row of event.rows) known.push(row);
      rows.set(event.store, known);
    } else if (event.k === 'read') {
      reads.set(event.store, { read: event, line: lines[i] ?? 0, rows: rows.get(event.store) ?? [] });
      rows.delete(event.store);
    }
  }
  return [...reads.values()];
}

/** What was sent: all of it, by stream and sequence (`lanes`, keyed `journey.writer`), and the journeys that are other objectives'. */
interface Attempts {
  readonly writes: readonly Write[];
  readonly lanes: ReadonlyMap<string, readonly Write[]>;
  readonly others: ReadonlySet<string>;
}

function compare(recording: Recording, { read, line, rows }: FinalRead, attempts: Attempts): StoreLedger {
  const prefix = `${recording.environment.token}.`;
  const found = new Uint8Array(attempts.writes.length);
  const phantoms = new Set<string>();
  let [distinct, duplicated, recovered, resurrected] = [0, 0, 0, 0];
  const altered = new Set<Write>();
  for (const [id, value] of rows) {
    if (!id.startsWith(prefix) || attempts.others.has(id.slice(prefix.length, id.indexOf('.', prefix.length)))) continue;
    const write = attemptOf(attempts, id, prefix.length);
    if (write === undefined) {
      if (phantoms.has(id)) duplicated += 1;
      phantoms.add(id);
      continue;
    }
    if (write.known === 'acknowledged' && write.op.v !== undefined && write.op.v !== value) altered.add(write);
    if (found[write.index] === 1) {
      duplicated += 1;
      continue;
    }
    found[write.index] = 1;
    distinct += 1;
    if (write.known === 'indeterminate') recovered += 1;
    else if (write.known === 'failed') resurrected += 1;
  }
  const lost = attempts.writes.filter((write) => write.known === 'acknowledged' && found[write.index] === 0);
  return {
    store: read.store,
    role: read.role,
    complete: read.complete,
    counts: read.complete && (read.role === 'authority' || couldLead(recording, read.store)),
    error: read.error ?? null,
    line,
    found: distinct + phantoms.size,
    lost,
    altered: [...altered],
    recovered,
    resurrected,
    phantom: phantoms.size,
    duplicated,
    misordered: misordered(
      lost,
      attempts.writes.filter((write) => found[write.index] === 1),
    ),
  };
}

/** The write that an id names, spelled as it was sent; undefined for a phantom. */
function attemptOf({ lanes }: Attempts, id: string, from: number): Write | undefined {
  const dot = id.lastIndexOf('.');
  const n = id.slice(dot + 1);
  return /^(0|[1-9]\d{0,14})$/.test(n) ? lanes.get(id.slice(from, dot))?.[Number(n)] : undefined;
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
function misordered(lost: readonly Write[], kept: readonly Write[]): number {
  if (lost.length === 0) return 0;
  const newestKept = new Map<string, number>();
  const lane = ({ stream, op }: Write) => (stream.load === 'closed' && op.l !== undefined ? `${stream.name} ${op.l}` : null);
  for (const write of kept) {
    const key = write.known === 'acknowledged' ? lane(write) : null;
    if (key !== null) newestKept.set(key, Math.max(newestKept.get(key) ?? 0, sentAt(write.op)));
  }
  return lost.filter((write) => (newestKept.get(lane(write) ?? '') ?? 0) > doneAt(write.op)).length;
}
