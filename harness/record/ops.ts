import type { Op } from '../model/event.ts';

/** An operation and the line of timeline.jsonl that it stands on. */
export type RecordedOp = Op & { readonly line: number };

type Numbers = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** What is kept of an outcome: the low two bits say which, the third that the body was wrong. */
export const OUTCOME = { ok: 0, fail: 1, ind: 2, ns: 3, wrongBody: 4 } as const;
const NAMES = ['ok', 'fail', 'ind', 'ns'] as const;
const LARGEST = 2 ** 32 - 1;
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

  /** The database timelines that answered anything. */
  get timelines(): readonly number[] {
    return this.#timelines;
  }

  error(i: number): string | undefined {
    const at = this.#error[i] ?? 0;
    return at === 0 ? undefined : this.#texts[at - 1];
  }

  /** The value that was written, as a number that is equal exactly when the texts are; NaN without one. Numbers of two streams compare by `sameValue` only. */
  value(i: number): number {
    return this.#value[i] ?? Number.NaN;
  }

  /** Whether a value that was read back, by its text or by its number, is the one that was written. */
  sameValue(i: number, read: number | string): boolean {
    const own = this.#value[i] ?? Number.NaN;
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
    const [server, value] = [this.#server[i] ?? 0, this.#value[i] ?? Number.NaN];
    const [e, l] = [this.error(i), this.timeline(i)];
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
      ...(server === 0 ? {} : { a: this.#texts[server - 1] ?? '' }),
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
  readonly #s = new Column(new Float64Array(64));
  readonly #x = new Column(new Uint32Array(64));
  readonly #c = new Column(new Uint32Array(64));
  readonly #n = new Column(new Uint32Array(64));
  readonly #line = new Column(new Uint32Array(64));
  readonly #o = new Column(new Uint8Array(64));
  readonly #error = new Column(new Uint8Array(0));
  readonly #server = new Column(new Uint8Array(0));
  readonly #timeline = new Column(new Uint8Array(0));
  readonly #value = new Column(new Float64Array(0), Number.NaN);
  readonly #texts: string[] = [];
  readonly #textAt = new Map<string, number>();
  readonly #timelines: number[] = [];
  readonly #odd: string[] = [];
  readonly #oddAt = new Map<string, number>();
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
    this.addNumbers(
      n,
      s,
      o === 'ns' ? 0 : x,
      o === 'ns' ? 0 : c,
      code,
      e === undefined ? 0 : this.text(e),
      a === undefined ? 0 : this.text(a),
      l === undefined ? 0 : this.timeline(l),
      value,
      line,
    );
  }

  /** The same from numbers: the fast way of a scanner. `error`, `server` and `timeline` are what `text` and `timeline` gave, 0 for none; `value` NaN for none. */
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
    if (s < this.#lastS || (s === this.#lastS && n < this.#lastN)) this.#sorted = false;
    this.#lastS = s;
    this.#lastN = n;
    this.#s.put(i, s);
    this.#x.put(i, x);
    this.#c.put(i, c);
    this.#n.put(i, n);
    this.#line.put(i, line);
    this.#o.put(i, code);
    if (error !== 0) this.#error.put(i, error);
    if (server !== 0) this.#server.put(i, server);
    if (timeline !== 0) this.#timeline.put(i, timeline);
    if (!Number.isNaN(value)) this.#value.put(i, value);
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

  finish(): Ops {
    const length = this.#length;
    const columns = [
      this.#s,
      this.#x,
      this.#c,
      this.#n,
      this.#line,
      this.#o,
      this.#error,
      this.#server,
      this.#timeline,
      this.#value,
    ] as const;
    if (!this.#sorted) {
      const order = orderOf(this.#s.numbers, this.#n.numbers, length);
      for (const column of columns) column.reorder(order, length);
    }
    const [s, x, c, n, line, o, error, server, timeline, value] = columns.map(({ numbers }) => numbers.subarray(0, length));
    return new Ops(this.journey, this.writer, {
      length,
      s: s as Float64Array,
      x: x as Numbers,
      c: c as Numbers,
      n: n as Numbers,
      line: line as Numbers,
      o: o as Uint8Array,
      error: error as Numbers,
      server: server as Numbers,
      timeline: timeline as Numbers,
      value: value as Float64Array,
      texts: this.#texts,
      timelines: this.#timelines,
      odd: this.#odd,
    });
  }
}

/** Numbers that grow, and get wider when one does not fit. What was never put is `none`. */
class Column {
  numbers: Numbers;
  readonly #none: number;
  #most: number;

  constructor(numbers: Numbers, none = 0) {
    this.numbers = numbers;
    this.#none = none;
    this.#most = mostOf(numbers);
  }

  put(i: number, value: number): void {
    if (value > this.#most) this.#widen(value);
    if (i >= this.numbers.length) this.#grow(i + 1);
    this.numbers[i] = value;
  }

  reorder(order: Uint32Array, length: number): void {
    if (this.numbers.length === 0) return;
    const before = this.numbers;
    const after = new (before.constructor as new (length: number) => Numbers)(length);
    for (let i = 0; i < length; i++) after[i] = before[order[i] ?? 0] ?? this.#none;
    this.numbers = after;
  }

  #grow(least: number): void {
    const before = this.numbers;
    const after = new (before.constructor as new (length: number) => Numbers)(Math.max(64, least, Math.ceil(before.length * 1.5)));
    after.set(before);
    if (this.#none !== 0) after.fill(this.#none, before.length);
    this.numbers = after;
  }

  #widen(value: number): void {
    const before = this.numbers;
    const wider = value <= 0xffff ? Uint16Array : value <= LARGEST ? Uint32Array : Float64Array;
    const after = new wider(before.length);
    after.set(before);
    this.numbers = after;
    this.#most = mostOf(after);
  }
}

function mostOf(numbers: Numbers): number {
  if (numbers instanceof Float64Array) return Number.POSITIVE_INFINITY;
  return numbers instanceof Uint32Array ? LARGEST : numbers instanceof Uint16Array ? 0xffff : 0xff;
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
