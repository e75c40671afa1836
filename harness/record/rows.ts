import { resized } from './ops.ts';

/** What a final read found in one store, as columns: ids of the run by stream and number, anything else as text. */
export interface Rows {
  readonly length: number;
  /** By row: the index of `journey.writer` in `lanes`, or ODD. */
  readonly lane: Uint16Array;
  /** By row: the sequence number; for odd rows the place in `odd`. */
  readonly n: Uint32Array;
  /** By row: a value of twelve hexadecimal digits as a number; NaN for any other, which stands in `texts` by row. */
  readonly value: Float64Array;
  readonly lanes: readonly string[];
  /** Rows whose id is not spelled as this harness spells its own. */
  readonly odd: readonly string[];
  readonly texts: ReadonlyMap<number, string>;
}

/** In `lane`: the id of this row is text. */
export const ODD = 0xffff;
const LARGEST = 2 ** 32 - 1;

/** Gathers rows. Ids are `<token>.<journey>.<writer>.<n>`. */
export class RowsBuilder {
  readonly #prefix: string;
  readonly #lanes: string[] = [];
  readonly #laneAt = new Map<string, number>();
  readonly #odd: string[] = [];
  readonly #texts = new Map<number, string>();
  #lane = new Uint16Array(256);
  #n = new Uint32Array(256);
  #value = new Float64Array(256);
  #length = 0;

  constructor(token: string) {
    this.#prefix = `${token}.`;
  }

  get length(): number {
    return this.#length;
  }

  add(id: string, value: string): void {
    const hex = /^[0-9a-f]{12}$/.test(value);
    const row = this.#length;
    const dot = id.lastIndexOf('.');
    const n = id.slice(dot + 1);
    const own = id.startsWith(this.#prefix) && dot > this.#prefix.length && /^(0|[1-9]\d{0,9})$/.test(n) && Number(n) <= LARGEST;
    const lane = own ? this.lane(id.slice(this.#prefix.length, dot)) : ODD;
    this.addNumbers(lane, lane === ODD ? this.#odd.push(id) - 1 : Number(n), hex ? Number.parseInt(value, 16) : Number.NaN);
    if (!hex) this.#texts.set(row, value);
  }

  /** The index of `journey.writer`; ODD when there are too many. */
  lane(name: string): number {
    let at = this.#laneAt.get(name);
    if (at === undefined) {
      if (this.#lanes.length >= ODD) return ODD;
      at = this.#lanes.push(name) - 1;
      this.#laneAt.set(name, at);
    }
    return at;
  }

  addNumbers(lane: number, n: number, value: number): void {
    const row = this.#length++;
    if (row >= this.#lane.length) this.#grow();
    this.#lane[row] = lane;
    this.#n[row] = n;
    this.#value[row] = value;
  }

  /** Forgets all rows after the first `length`. */
  forget(length: number): void {
    for (let row = this.#length - 1; row >= length; row--) {
      if (this.#lane[row] === ODD) this.#odd.pop();
      this.#texts.delete(row);
    }
    this.#length = length;
  }

  finish(): Rows {
    return {
      length: this.#length,
      lane: this.#lane,
      n: this.#n,
      value: this.#value,
      lanes: this.#lanes,
      odd: this.#odd,
      texts: this.#texts,
    };
  }

  #grow(): void {
    const size = Math.ceil(this.#lane.length * 1.5);
    this.#lane = resized(this.#lane, size);
    this.#n = resized(this.#n, size);
    this.#value = resized(this.#value, size);
  }
}
