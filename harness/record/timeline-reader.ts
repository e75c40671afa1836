import { type EventOf, type Op, TimelineEvent } from '../model/event.ts';
import { FORMAT } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';

/** An operation and the line of timeline.jsonl that it stands on. */
export type RecordedOp = Op & { readonly line: number };
/** Every event that is no operation. */
export type Deed = Exclude<TimelineEvent, Op>;

/** What is wrong with a recording; with any of these, nothing may pass. */
export interface Defect {
  readonly reason: Extract<Reason, `recording.${string}`>;
  readonly detail: string;
}

/** What a timeline says. `lines[i]` is the line of `events[i]`; streams are keyed `journey/writer` and sorted by schedule. */
export interface Timeline {
  readonly events: readonly Deed[];
  readonly lines: readonly number[];
  readonly streams: ReadonlyMap<string, readonly RecordedOp[]>;
  readonly defects: readonly Defect[];
}

/** A timeline of a later format than this harness knows. */
export class NewerFormat extends Error {}

const MOST_DEFECTS = 20;
const OUTCOMES: ReadonlySet<unknown> = new Set(['ok', 'fail', 'ind', 'ns']);
const DEEDS: ReadonlySet<string> = new Set(['phase', 'fault', 'note', 'cut', 'end']);

/**
 * Reads a timeline line by line. Goes on past what is wrong and says so in `defects`: a line that does not count is left out, the rest is
 * still worth reading. Throws NewerFormat.
 */
export class TimelineReader {
  readonly #events: Deed[] = [];
  readonly #lines: number[] = [];
  readonly #streams = new Map<string, RecordedOp[]>();
  readonly #defects: Defect[] = [];
  #line = 0;
  #unnamed = 0;
  #lastDeed = 0;
  #end: EventOf<'end'> | null = null;
  #afterEnd = false;

  /** Takes the next line, without its newline. */
  line(text: string): void {
    this.#line += 1;
    if (this.#end !== null && !this.#afterEnd) {
      this.#afterEnd = true;
      this.#malformed('comes after the end');
    }
    const value = this.#parse(text);
    if (value === undefined) return;
    // The fast path: a million operations are read in seconds only without a schema.
    const wrong = text.startsWith('{"k":"op"') ? this.#op(value as RecordedOp) : this.#event(value);
    if (wrong !== null) this.#malformed(wrong);
  }

  /** What comes after the last newline: a line that was being written when the writer died. */
  rest(text: string): void {
    if (text !== '') this.#defect('recording.truncated', `line ${this.#line + 1} of timeline.jsonl is cut off`);
  }

  finish(expected: { readonly run: string; readonly token: string }): Timeline {
    const [hello] = this.#events;
    if (hello?.k !== 'hello') this.#defect('recording.truncated', 'timeline.jsonl does not begin with a hello');
    else if (hello.run !== expected.run || hello.token !== expected.token)
      this.#defect('recording.altered', `timeline.jsonl is of run ${hello.run}, the folder of run ${expected.run}`);
    if (this.#end === null) this.#defect('recording.truncated', `timeline.jsonl has no end: it was cut off after line ${this.#line}`);
    else if (this.#end.records !== this.#line)
      this.#defect('recording.truncated', `timeline.jsonl has ${this.#line} lines, its end counted ${this.#end.records}`);
    for (const ops of this.#streams.values()) ops.sort((a, b) => a.s - b.s || a.n - b.n);
    this.#checkStreams();
    this.#checkReads();
    if (this.#unnamed > 0) this.#defects.push({ reason: 'recording.malformed', detail: `and ${this.#unnamed} more lines` });
    return { events: this.#events, lines: this.#lines, streams: this.#streams, defects: this.#defects };
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
  #op(op: RecordedOp & { s: number | string }): string | null {
    if (typeof op.s === 'string' && /^-?\d+$/.test(op.s)) op = { ...op, s: Number(op.s) };
    const sent = op.o !== 'ns';
    const whole = Number.isInteger(op.n) && op.n >= 0 && Number.isInteger(op.s) && Number.isInteger(op.x) && Number.isInteger(op.c);
    if (typeof op.j !== 'string' || typeof op.w !== 'string' || !OUTCOMES.has(op.o) || !whole) return 'is no operation';
    if (sent && op.x < 0) return 'is an operation sent before its time';
    if (sent && op.c < op.x) return 'is an operation completed before it was sent';
    if (!sent && (op.x !== -1 || op.c !== -1)) return 'is an operation both sent and not sent';
    const named = (value: unknown, type: string) => value === undefined || typeof value === type;
    if (!named(op.e, 'string') || !named(op.a, 'string') || !named(op.v, 'string') || !named(op.l, 'number')) return 'is no operation';
    (op as { line: number }).line = this.#line;
    const key = `${op.j}/${op.w}`;
    const ops = this.#streams.get(key);
    if (ops === undefined) this.#streams.set(key, [op as RecordedOp]);
    else ops.push(op as RecordedOp);
    return null;
  }

  #event(value: unknown): string | null {
    const parsed = TimelineEvent.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return `is no event of a timeline: ${issue?.path.join('.') || 'its kind'}: ${issue?.message ?? ''}`;
    }
    const event = parsed.data;
    if (event.k === 'op') return this.#op(event as RecordedOp);
    if (event.k === 'hello' && event.format > FORMAT) throw new NewerFormat(`format ${event.format}`);
    if (event.k === 'hello' && this.#line !== 1) return 'is a second hello';
    if (DEEDS.has(event.k) && 'at' in event) {
      if (event.at < this.#lastDeed) return `goes back in time, ${(this.#lastDeed - event.at) / 1e6} ms`;
      this.#lastDeed = event.at;
    }
    if ((event.k === 'watch' && event.hi < event.lo) || (event.k === 'stall' && event.to < event.at)) return 'ends before it begins';
    if (event.k === 'end') this.#end ??= event;
    this.#events.push(event);
    this.#lines.push(this.#line);
    return null;
  }

  /** Every operation belongs to a stream that was announced, stands there once, and as many are there as the stream says. */
  #checkStreams(): void {
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
    for (const [key, ops] of this.#streams) {
      const stream = announced.get(key);
      if (stream === undefined) this.#defect('recording.malformed', `stream ${key} was never announced`);
      this.#checkIds(key, ops, stream?.kind === 'write');
    }
    for (const key of announced.keys()) {
      const [due, there] = [recorded.get(key), this.#streams.get(key)?.length ?? 0];
      if (due === undefined) this.#defect('recording.truncated', `stream ${key} never ended`);
      else if (due !== there) this.#defect('recording.truncated', `stream ${key}: ${due} operations were recorded, ${there} are there`);
    }
  }

  #checkIds(key: string, ops: readonly RecordedOp[], write: boolean): void {
    const ids = new Set<number>();
    for (const { n, line, o, v } of ops) {
      if (ids.has(n)) this.#malformed(`is a second operation ${key} number ${n}`, line);
      if (write && o === 'ok' && v === undefined) this.#malformed('acknowledges a write without its value', line);
      ids.add(n);
    }
  }

  #checkReads(): void {
    const rows = new Map<string, number>();
    for (const event of this.#events) {
      if (event.k === 'found') rows.set(event.store, (rows.get(event.store) ?? 0) + event.rows.length);
      if (event.k !== 'read') continue;
      const there = rows.get(event.store) ?? 0;
      if (there !== event.rows)
        this.#defect('recording.truncated', `the final read of ${event.store} has ${event.rows} rows, ${there} are there`);
      rows.delete(event.store);
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
