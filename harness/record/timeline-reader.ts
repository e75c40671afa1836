import { type EventOf, type Op, TimelineEvent } from '../model/event.ts';
import { FORMAT } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import { type Builders, copy, LineScanner } from './line-scan.ts';
import { type Ops, OpsBuilder } from './ops.ts';
import { type Rows, RowsBuilder } from './rows.ts';

/** Every event that is neither an operation nor rows that were found. */
export type Deed = Exclude<TimelineEvent, Op | EventOf<'found'>>;

/** What is wrong with a recording; with any of these, nothing may pass. */
export interface Defect {
  readonly reason: Extract<Reason, `recording.${string}`>;
  readonly detail: string;
}

/** The last final read of a store, with what it found. */
export interface FinalRead {
  readonly read: EventOf<'read'>;
  readonly line: number;
  readonly rows: Rows;
}

/** What a timeline says. `lines[i]` is the line of `events[i]`; streams are keyed `journey/writer` and sorted by schedule. */
export interface Timeline {
  readonly events: readonly Deed[];
  readonly lines: readonly number[];
  readonly streams: ReadonlyMap<string, Ops>;
  readonly reads: readonly FinalRead[];
  readonly defects: readonly Defect[];
}

/** A timeline of a later format than this harness knows. */
export class NewerFormat extends Error {}

const MOST_DEFECTS = 20;
const OUTCOMES: ReadonlySet<unknown> = new Set(['ok', 'fail', 'ind', 'ns']);
const DEEDS: ReadonlySet<string> = new Set(['phase', 'fault', 'note', 'cut', 'end']);
const MEMBERS: ReadonlySet<string> = new Set(['k', 'j', 'w', 'n', 's', 'x', 'c', 'o', 'e', 'a', 'l', 'v', 'b']);
const NEWLINE = 10;

/**
 * Reads a timeline, in pieces of any size. Goes on past what is wrong and says so in `defects`: a line that does not count is left out, the rest is
 * still worth reading. Throws NewerFormat.
 */
export class TimelineReader implements Builders {
  readonly #events: Deed[] = [];
  readonly #lines: number[] = [];
  readonly #streams = new Map<string, OpsBuilder>();
  readonly #scanner = new LineScanner(this);
  readonly #rows = new Map<string, RowsBuilder>();
  readonly #reads = new Map<string, FinalRead>();
  readonly #defects: Defect[] = [];
  readonly #decoder = new TextDecoder();
  #token = '';
  #tokenBytes = new Uint8Array();
  #rest = new Uint8Array();
  #line = 0;
  #unnamed = 0;
  #lastDeed = 0;
  #end: EventOf<'end'> | null = null;
  #afterEnd = false;

  /** Takes the next bytes of the file; they may be overwritten afterwards. */
  bytes(piece: Uint8Array): void {
    let from = 0;
    if (this.#rest.length > 0) {
      const first = piece.indexOf(NEWLINE);
      const joined = new Uint8Array(this.#rest.length + (first < 0 ? piece.length : first));
      joined.set(this.#rest);
      joined.set(first < 0 ? piece : piece.subarray(0, first), this.#rest.length);
      this.#rest = first < 0 ? joined : new Uint8Array();
      if (first < 0) return;
      this.#take(joined, 0, joined.length);
      from = first + 1;
    }
    for (let to = piece.indexOf(NEWLINE, from); to >= 0; to = piece.indexOf(NEWLINE, from)) {
      this.#take(piece, from, to);
      from = to + 1;
    }
    if (from < piece.length) this.#rest = copy(piece, from, piece.length);
  }

  /** Takes the next line, without its newline. */
  line(text: string): void {
    this.bytes(new TextEncoder().encode(`${text}\n`));
  }

  finish(expected: { readonly run: string; readonly token: string }): Timeline {
    // What comes after the last newline: a line that was being written when the writer died.
    if (this.#rest.length > 0) this.#defect('recording.truncated', `line ${this.#line + 1} of timeline.jsonl is cut off`);
    const [hello] = this.#events;
    if (hello?.k !== 'hello') this.#defect('recording.truncated', 'timeline.jsonl does not begin with a hello');
    else if (hello.run !== expected.run)
      this.#defect('recording.altered', `timeline.jsonl is of run ${hello.run}, the folder of run ${expected.run}`);
    else if (hello.token !== expected.token)
      this.#defect('recording.altered', `timeline.jsonl has the token ${hello.token}, the folder the token ${expected.token}`);
    if (this.#end === null) this.#defect('recording.truncated', `timeline.jsonl has no end: it was cut off after line ${this.#line}`);
    else if (this.#end.records !== this.#line)
      this.#defect('recording.truncated', `timeline.jsonl has ${this.#line} lines, its end counted ${this.#end.records}`);
    const streams = new Map(
      [...this.#streams].flatMap(([name, builder]) => (builder.length > 0 ? [[name, builder.finish()] as const] : [])),
    );
    this.#checkStreams(streams);
    if (this.#unnamed > 0) this.#defects.push({ reason: 'recording.malformed', detail: `and ${this.#unnamed} more lines` });
    return { events: this.#events, lines: this.#lines, streams, reads: [...this.#reads.values()], defects: this.#defects };
  }

  builderOf(journey: string, writer: string): OpsBuilder {
    const key = `${journey}/${writer}`;
    let builder = this.#streams.get(key);
    if (builder === undefined) {
      builder = new OpsBuilder(journey, writer);
      this.#streams.set(key, builder);
    }
    return builder;
  }

  #take(b: Uint8Array, from: number, to: number): void {
    this.#line += 1;
    if (this.#end !== null && !this.#afterEnd) {
      this.#afterEnd = true;
      this.#malformed('comes after the end');
    }
    if (this.#scanner.op(b, from, to, this.#line)) return;
    if (this.#scanner.found(b, from, to, this.#tokenBytes, (store) => this.#rowsOf(store))) return;
    const value = this.#parse(this.#decoder.decode(b.subarray(from, to)));
    if (value === undefined) return;
    const wrong = (value as { k?: unknown } | null)?.k === 'op' ? this.#op(value as Op) : this.#event(value);
    if (wrong !== null) this.#malformed(wrong);
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.#malformed('is no JSON');
      return undefined;
    }
  }

  /** Takes an operation; says what is wrong with it, or null. */
  #op(op: Op & { s: number | string }): string | null {
    if (typeof op.s === 'string' && /^-?\d+$/.test(op.s)) op = { ...op, s: Number(op.s) };
    const sent = op.o !== 'ns';
    const whole = Number.isSafeInteger(op.n) && op.n >= 0 && Number.isInteger(op.s) && Number.isInteger(op.x) && Number.isInteger(op.c);
    if (typeof op.j !== 'string' || typeof op.w !== 'string' || !OUTCOMES.has(op.o) || !whole) return 'is no operation';
    if (op.s < 0) return 'is an operation due before the clock began';
    if (sent && op.x < 0) return 'is an operation sent before its time';
    if (sent && op.c < op.x) return 'is an operation completed before it was sent';
    if (!sent && (op.x !== -1 || op.c !== -1)) return 'is an operation both sent and not sent';
    const named = (value: unknown, type: string) => value === undefined || typeof value === type;
    if (!named(op.e, 'string') || !named(op.a, 'string') || !named(op.v, 'string')) return 'is no operation';
    if ((op.l !== undefined && !Number.isSafeInteger(op.l)) || (op.b !== undefined && op.b !== 1)) return 'is no operation';
    const stranger = Object.keys(op).find((key) => !MEMBERS.has(key));
    if (stranger !== undefined) return `is no operation: it has "${stranger.slice(0, 40)}"`;
    this.builderOf(op.j, op.w).add(op, this.#line);
    return null;
  }

  #event(value: unknown): string | null {
    const parsed = TimelineEvent.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return `is no event of a timeline: ${issue?.path.join('.') || 'its kind'}: ${issue?.message ?? ''}`;
    }
    const event = parsed.data;
    if (event.k === 'op') return this.#op(event);
    if (event.k === 'found') {
      const rows = this.#rowsOf(event.store);
      for (const [id, found] of event.rows) rows.add(id, found);
      return null;
    }
    if (event.k === 'hello') {
      if (event.format > FORMAT) throw new NewerFormat(`format ${event.format}`);
      if (event.format < 1) return `is a hello of format ${event.format}, which never was`;
      if (this.#line !== 1) return 'is a second hello';
      this.#token = event.token;
      this.#tokenBytes = new TextEncoder().encode(`${event.token}.`);
    }
    if (DEEDS.has(event.k) && 'at' in event) {
      if (event.at < this.#lastDeed) return `goes back in time, ${(this.#lastDeed - event.at) / 1e6} ms`;
      this.#lastDeed = event.at;
    }
    if (event.k === 'watch' && event.at < event.hi) return `tells of ${event.service} what it has not seen yet`;
    if ((event.k === 'watch' && event.hi < event.lo) || (event.k === 'stall' && event.to < event.at)) return 'ends before it begins';
    if (event.k === 'end') this.#end ??= event;
    if (event.k === 'read') this.#read(event);
    this.#events.push(event);
    this.#lines.push(this.#line);
    return null;
  }

  #rowsOf(store: string): RowsBuilder {
    let rows = this.#rows.get(store);
    if (rows === undefined) {
      rows = new RowsBuilder(this.#token);
      this.#rows.set(store, rows);
    }
    return rows;
  }

  #read(read: EventOf<'read'>): void {
    const rows = this.#rowsOf(read.store);
    if (rows.length !== read.rows)
      this.#defect('recording.truncated', `the final read of ${read.store} has ${read.rows} rows, ${rows.length} are there`);
    this.#reads.set(read.store, { read, line: this.#line, rows: rows.finish() });
    this.#rows.delete(read.store);
  }

  /** Every operation belongs to a stream that was announced, stands there once, and as many are there as the stream says. */
  #checkStreams(streams: ReadonlyMap<string, Ops>): void {
    const announced = new Map<string, EventOf<'stream'>>();
    const recorded = new Map<string, number>();
    for (const event of this.#events) {
      if (event.k === 'stream') announced.set(`${event.j}/${event.w}`, event);
      if (event.k !== 'stream_end') continue;
      const key = `${event.j}/${event.w}`;
      recorded.set(key, (recorded.get(key) ?? 0) + event.recorded);
      if (event.scheduled !== event.recorded)
        this.#defect('recording.truncated', `stream ${key}: ${event.scheduled} operations were due, ${event.recorded} recorded`);
    }
    for (const [key, ops] of streams) {
      const stream = announced.get(key);
      if (stream === undefined) this.#defect('recording.malformed', `stream ${key} was never announced`);
      this.#checkIds(key, ops, stream?.kind === 'write');
    }
    for (const key of recorded.keys())
      if (!announced.has(key)) this.#defect('recording.malformed', `stream ${key} ended and was never announced`);
    for (const key of announced.keys()) {
      const [due, there] = [recorded.get(key), streams.get(key)?.length ?? 0];
      if (due === undefined) this.#defect('recording.truncated', `stream ${key} never ended`);
      else if (due !== there) this.#defect('recording.truncated', `stream ${key}: ${due} operations were recorded, ${there} are there`);
    }
    for (const [key, ops] of streams) this.#checkOrder(key, ops, announced.get(key));
  }

  #checkIds(key: string, ops: Ops, write: boolean): void {
    const { n, o, line, length } = ops;
    const twice = numbersTwice(n, length);
    const seen = new Set<number>();
    for (let i = 0; i < length; i++) {
      const number = n[i] ?? 0;
      if (twice.has(number)) {
        if (seen.has(number)) this.#malformed(`is a second operation ${key} number ${number}`, line[i] ?? 0);
        seen.add(number);
      }
      if (write && (o[i] ?? 0) % 4 === 0 && Number.isNaN(ops.value(i)))
        this.#malformed('acknowledges a write without its value', line[i] ?? 0);
    }
  }

  /** Numbers are given one after the other, and open load stands on its lattice: what is not there was left out. */
  #checkOrder(key: string, ops: Ops, stream: EventOf<'stream'> | undefined): void {
    const { n, s, length, line } = ops;
    for (let i = 1; stream?.load === 'open' && i < length; i++) {
      const [before, next] = [s[i - 1] ?? 0, s[i] ?? 0];
      if (Math.abs(next - before - stream.every) <= 1) continue;
      this.#defect(
        'recording.truncated',
        next - before > stream.every
          ? `stream ${key}: nothing was due between ${before / 1e9} s and ${next / 1e9} s, an operation every ${stream.every / 1e6} ms was announced`
          : `stream ${key}: operations were due at ${before / 1e9} s and ${next / 1e9} s, one every ${stream.every / 1e6} ms was announced`,
      );
      break;
    }
    let last = 0;
    for (let i = 0; i < length; i++) if ((n[i] ?? 0) > last) last = n[i] ?? 0;
    for (let i = 0; i < length; i++) {
      if (n[i] === i) continue;
      if (last >= length) this.#defect('recording.truncated', `stream ${key}: operation number ${i} is not there, or not in its place`);
      else this.#malformed(`is operation ${key} number ${n[i] ?? 0}, in the place of number ${i}`, line[i] ?? 0);
      break;
    }
    const end = this.#end?.at ?? Number.POSITIVE_INFINITY;
    for (let i = 0; i < length; i++)
      if (ops.done(i) > end) {
        this.#malformed(`is an operation of ${key} that was completed after the timeline's end`, line[i] ?? 0);
        break;
      }
  }

  #malformed(what: string, line = this.#line): void {
    this.#defect('recording.malformed', `line ${line} of timeline.jsonl ${what}`);
  }

  #defect(reason: Defect['reason'], detail: string): void {
    if (this.#defects.length < MOST_DEFECTS) this.#defects.push({ reason, detail });
    else this.#unnamed += 1;
  }
}

/** The numbers that stand there more than once: the first hundred of them. */
function numbersTwice(n: Ops['n'], length: number): ReadonlySet<number> {
  const twice = new Set<number>();
  let rising = true;
  for (let i = 1; i < length && rising; i++) rising = (n[i] ?? 0) > (n[i - 1] ?? 0);
  if (rising) return twice;
  const sorted = n.slice(0, length).sort();
  for (let i = 1; i < length && twice.size < 100; i++) if (sorted[i] === sorted[i - 1]) twice.add(sorted[i] ?? 0);
  return twice;
}
