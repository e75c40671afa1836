import type { Op } from '../model/event.ts';

/** An operation and the line of timeline.jsonl that it stands on. */
export type RecordedOp = Op & { readonly line: number };

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** What is kept of an outcome: the low two bits say which, the third that the body was wrong. */
export const OUTCOME = { ok: 0, fail: 1, ind: 2, ns: 3, wrongBody: 4 } as const;
const NAMES = ['ok', 'fail', 'ind', 'ns'] as const;
const LARGEST = 2 ** 32 - 1;
const FIRST = 64;
/** Bytes of address space, not of memory, that a column may grow into without a move. */
const PLACE = 1 << 16;
/** Values of twelve hexadecimal digits are kept as numbers; any other is a place in `odd`, counted from here. */
const ODD_VALUES = 2 ** 48;

/**
 * The operations of one stream, sorted by schedule and number, in columns: ten million of them fit where ten million objects would not. All times in ns.
 *
 * `s` scheduled; `x` sent and `c` completed, counted from `s` (0 for what was not sent); `n` sequence; `line` of timeline.jsonl; `o` as OUTCOME. `error`, `server`, `timeline`: what an
 * operation says of it, by index. Iterating gives objects, made as they are asked for.
 */
export class Ops implements Iterable<RecordedOp> {
  readonly journey: string;
  readonly writer: string;
  readonly length: number;
  readonly s: Float64Array;
  readonly x: Numbers;
  readonly c: Numbers;
  readonly n: Numbers;
  readonly line: Numbers;
  readonly o: Uint8Array;
  readonly #error: Numbers;
  readonly #server: Numbers;
  readonly #timeline: Numbers;
  readonly #value: Float64Array;
  readonly #texts: readonly string[];
  readonly #timelines: readonly number[];
  readonly #odd: readonly string[];
  #places: Int32Array | null | undefined;

  constructor(journey: string, writer: string, columns: Columns) {
    this.journey = journey;
    this.writer = writer;
    this.length = columns.length;
    this.s = columns.s;
    this.x = columns.x;
    this.c = columns.c;
    this.n = columns.n;
    this.line = columns.line;
    this.o = columns.o;
    this.#error = columns.error;
    this.#server = columns.server;
    this.#timeline = columns.timeline;
    this.#value = columns.value;
    this.#texts = columns.texts;
    this.#timelines = columns.timelines;
    this.#odd = columns.odd;
  }

  /** Operations written down elsewhere, as columns; sorted. */
  static of(ops: readonly (Op & { readonly line?: number })[], journey = ops[0]?.j ?? '', writer = ops[0]?.w ?? ''): Ops {
    const builder = new OpsBuilder(journey, writer);
    for (const op of ops) builder.add(op, op.line ?? 0);
    return builder.finish();
  }

  /** When it was sent; what was not sent stands at its schedule. */
  sent(i: number): number {
    return (this.s[i] ?? 0) + (this.x[i] ?? 0);
  }

  /** When it was answered or given up. */
  done(i: number): number {
    return (this.s[i] ?? 0) + (this.c[i] ?? 0);
  }

  /** The database timeline that answered. */
  timeline(i: number): number | undefined {
    const at = this.#timeline[i] ?? 0;
    return at === 0 ? undefined : this.#timelines[at - 1];
  }

  /** Whether any operation says this of itself. */
  tells(error: string): boolean {
    return this.#texts.includes(error);
  }

  /** The database timelines that answered anything. */
  get timelines(): readonly number[] {
    return this.#timelines;
  }

  error(i: number): string | undefined {
    const at = this.#error[i] ?? 0;
    return at === 0 ? undefined : this.#texts[at - 1];
  }

  /** Who answered. */
  server(i: number): string | undefined {
    const at = this.#server[i] ?? 0;
    return at === 0 ? undefined : this.#texts[at - 1];
  }

  /** The value that was written, as a number that is equal exactly when the texts are; NaN without one. Numbers of two streams compare by `sameValue` only. */
  value(i: number): number {
    const kept = this.#value[i] ?? 0;
    return kept === 0 ? Number.NaN : kept - 1;
  }

  /** Whether a value that was read back, by its text or by its number, is the one that was written. */
  sameValue(i: number, read: number | string): boolean {
    const own = this.value(i);
    if (typeof read === 'number') return own === read;
    return own >= ODD_VALUES && this.#odd[own - ODD_VALUES] === read;
  }

  /** Where the operation of this number stands, -1 if there is none. */
  place(n: number): number {
    if (this.#places === undefined) this.#places = this.#ordered() ? null : this.#indexed();
    if (this.#places === null) return n >= 0 && n < this.length ? n : -1;
    if (n < this.#places.length) return (this.#places[n] ?? 0) - 1;
    return this.n.indexOf(n);
  }

  at(i: number): RecordedOp {
    if (i < 0 || i >= this.length) throw new RangeError(`there is no operation ${i} of ${this.length} in ${this.journey}/${this.writer}`);
    const code = this.o[i] ?? 0;
    const sent = (code & 3) !== OUTCOME.ns;
    const value = this.value(i);
    const [e, a, l] = [this.error(i), this.server(i), this.timeline(i)];
    return {
      k: 'op',
      j: this.journey,
      w: this.writer,
      n: this.n[i] ?? 0,
      s: this.s[i] ?? 0,
      x: sent ? (this.x[i] ?? 0) : -1,
      c: sent ? (this.c[i] ?? 0) : -1,
      o: NAMES[code & 3] ?? 'ns',
      ...(e === undefined ? {} : { e }),
      ...(a === undefined ? {} : { a }),
      ...(l === undefined ? {} : { l }),
      ...(Number.isNaN(value)
        ? {}
        : { v: value < ODD_VALUES ? value.toString(16).padStart(12, '0') : (this.#odd[value - ODD_VALUES] ?? '') }),
      ...(code & OUTCOME.wrongBody ? { b: 1 as const } : {}),
      line: this.line[i] ?? 0,
    };
  }

  *[Symbol.iterator](): Generator<RecordedOp> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  #ordered(): boolean {
    for (let i = 0; i < this.length; i++) if (this.n[i] !== i) return false;
    return true;
  }

  /** By number, the place plus one; numbers far beyond the count are looked for one by one. */
  #indexed(): Int32Array {
    const places = new Int32Array(Math.max(1024, this.length * 4));
    for (let i = 0; i < this.length; i++) {
      const n = this.n[i] ?? 0;
      if (n < places.length) places[n] = i + 1;
    }
    return places;
  }
}

interface Columns {
  readonly length: number;
  readonly s: Float64Array;
  readonly x: Numbers;
  readonly c: Numbers;
  readonly n: Numbers;
  readonly line: Numbers;
  readonly o: Uint8Array;
  readonly error: Numbers;
  readonly server: Numbers;
  readonly timeline: Numbers;
  readonly value: Float64Array;
  readonly texts: readonly string[];
  readonly timelines: readonly number[];
  readonly odd: readonly string[];
}

/** Gathers operations in the order of the file. */
export class OpsBuilder {
  readonly journey: string;
  readonly writer: string;
  #s = new Float64Array(FIRST);
  #x: Numbers = new Uint32Array(FIRST);
  #c: Numbers = new Uint32Array(FIRST);
  #n: Numbers = new Uint32Array(FIRST);
  #line = new Uint32Array(FIRST);
  #o = new Uint8Array(FIRST);
  // Made when the first operation has one.
  #error: Numbers = new Uint8Array();
  #server: Numbers = new Uint8Array();
  #timeline: Numbers = new Uint8Array();
  #value = new Float64Array();
  readonly #texts: string[] = [];
  readonly #textAt = new Map<string, number>();
  readonly #timelines: number[] = [];
  readonly #odd: string[] = [];
  readonly #oddAt = new Map<string, number>();
  #capacity = FIRST;
  #length = 0;
  #sorted = true;
  #lastS = Number.NEGATIVE_INFINITY;
  #lastN = -1;

  constructor(journey: string, writer: string) {
    this.journey = journey;
    this.writer = writer;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds an operation that was checked. */
  add({ n, s, x, c, o, e, a, l, v, b }: Op, line: number): void {
    const code = OUTCOME[o] | (b === 1 ? OUTCOME.wrongBody : 0);
    const value = v === undefined ? Number.NaN : /^[0-9a-f]{12}$/.test(v) ? Number.parseInt(v, 16) : this.oddValue(v);
    const [error, server] = [e === undefined ? 0 : this.text(e), a === undefined ? 0 : this.text(a)];
    const timeline = l === undefined ? 0 : this.timeline(l);
    this.addNumbers(n, s, o === 'ns' ? 0 : x, o === 'ns' ? 0 : c, code, error, server, timeline, value, line);
  }

  /** The same from numbers: the fast way of a scanner. `error`, `server` and `timeline` are what `text` and `timeline` gave, 0 for none; `value` NaN for none. `x` ≤ `c`. */
  addNumbers(
    n: number,
    s: number,
    x: number,
    c: number,
    code: number,
    error: number,
    server: number,
    timeline: number,
    value: number,
    line: number,
  ): void {
    const i = this.#length++;
    if (i === this.#capacity) this.#grow();
    if (c > LARGEST || n > LARGEST) this.#widen(c, n);
    if (s < this.#lastS || (s === this.#lastS && n < this.#lastN)) this.#sorted = false;
    this.#lastS = s;
    this.#lastN = n;
    this.#s[i] = s;
    this.#x[i] = x;
    this.#c[i] = c;
    this.#n[i] = n;
    this.#line[i] = line;
    this.#o[i] = code;
    if (error !== 0) {
      if (i >= this.#error.length || error > 0xff) this.#error = roomFor(this.#error, error, this.#capacity);
      this.#error[i] = error;
    }
    if (server !== 0) {
      if (i >= this.#server.length || server > 0xff) this.#server = roomFor(this.#server, server, this.#capacity);
      this.#server[i] = server;
    }
    if (timeline !== 0) {
      if (i >= this.#timeline.length || timeline > 0xff) this.#timeline = roomFor(this.#timeline, timeline, this.#capacity);
      this.#timeline[i] = timeline;
    }
    // Kept plus one, so that 0 is none.
    if (value >= 0) {
      if (i >= this.#value.length) this.#value = resized(this.#value, this.#capacity);
      this.#value[i] = value + 1;
    }
  }

  /** The index of an error class or a server's name, counted from 1. */
  text(text: string): number {
    let at = this.#textAt.get(text);
    if (at === undefined) {
      at = this.#texts.push(text);
      this.#textAt.set(text, at);
    }
    return at;
  }

  timeline(l: number): number {
    const at = this.#timelines.indexOf(l);
    return at >= 0 ? at + 1 : this.#timelines.push(l);
  }

  oddValue(v: string): number {
    let at = this.#oddAt.get(v);
    if (at === undefined) {
      at = this.#odd.push(v) - 1;
      this.#oddAt.set(v, at);
    }
    return ODD_VALUES + at;
  }

  /** The columns, sorted; the builder is empty afterwards. */
  finish(): Ops {
    const length = this.#length;
    const order = this.#sorted ? null : orderOf(this.#s, this.#n, length);
    const done = <T extends Numbers>(column: T): T => (order === null ? (column.subarray(0, length) as T) : reordered(column, order));
    return new Ops(this.journey, this.writer, {
      length,
      s: done(this.#s),
      x: done(this.#x),
      c: done(this.#c),
      n: done(this.#n),
      line: done(this.#line),
      o: done(this.#o),
      error: done(this.#error),
      server: done(this.#server),
      timeline: done(this.#timeline),
      value: done(this.#value),
      texts: this.#texts,
      timelines: this.#timelines,
      odd: this.#odd,
    });
  }

  #grow(): void {
    this.#capacity = Math.ceil(this.#capacity * 1.5);
    this.#s = resized(this.#s, this.#capacity);
    this.#x = resized(this.#x, this.#capacity);
    this.#c = resized(this.#c, this.#capacity);
    this.#n = resized(this.#n, this.#capacity);
    this.#line = resized(this.#line, this.#capacity);
    this.#o = resized(this.#o, this.#capacity);
  }

  #widen(c: number, n: number): void {
    if (c > LARGEST && !(this.#c instanceof Float64Array)) [this.#x, this.#c] = [Float64Array.from(this.#x), Float64Array.from(this.#c)];
    if (n > LARGEST && !(this.#n instanceof Float64Array)) this.#n = Float64Array.from(this.#n);
  }
}

/**
 * The same numbers with room for more. Columns stand in buffers that grow in place, where only what is used takes memory: no copy, and nothing to collect. One that outgrows
 * its place is moved.
 */
export function resized<T extends Numbers>(column: T, length: number): T {
  const { buffer } = column as { buffer: ArrayBuffer };
  const bytes = length * column.BYTES_PER_ELEMENT;
  const type = column.constructor as new (buffer: ArrayBuffer, from?: number, length?: number) => T;
  if (buffer.resizable && bytes <= buffer.maxByteLength) {
    buffer.resize(bytes);
    return new type(buffer, 0, length);
  }
  const after = new type(new ArrayBuffer(bytes, { maxByteLength: Math.max(PLACE, bytes * 8) }), 0, length);
  after.set(column);
  return after;
}

/** Room for a column that not every operation fills, in numbers wide enough. */
function roomFor(column: Numbers, value: number, length: number): Numbers {
  if (value <= 0xff || column instanceof Uint32Array || (value <= 0xffff && column instanceof Uint16Array)) return resized(column, length);
  const wider = value <= 0xffff ? new Uint16Array(length) : new Uint32Array(length);
  wider.set(column);
  return wider;
}

function reordered<T extends Numbers>(column: T, order: Uint32Array): T {
  if (column.length === 0) return column;
  const after = new (column.constructor as new (length: number) => T)(order.length);
  for (let i = 0; i < order.length; i++) after[i] = column[order[i] ?? 0] ?? 0;
  return after;
}

/** The order by schedule, then number. Answers come nearly in that order, so inserting is nearly free; where it is not, the built-in sort takes over. */
function orderOf(s: Numbers, n: Numbers, length: number): Uint32Array {
  const before = (a: number, b: number) => (s[a] ?? 0) - (s[b] ?? 0) || (n[a] ?? 0) - (n[b] ?? 0);
  const order = new Uint32Array(length);
  let moves = 0;
  for (let i = 0; i < length; i++) {
    let at = i;
    while (at > 0 && before(order[at - 1] ?? 0, i) > 0) {
      order[at] = order[at - 1] ?? 0;
      at -= 1;
    }
    order[at] = i;
    moves += i - at;
    if (moves > 64 * (length + 1000)) {
      for (let j = i + 1; j < length; j++) order[j] = j;
      return order.sort(before);
    }
  }
  return order;
}
