import { now } from './clock.ts';
import { Wake } from './wake.ts';

const MS = 1e6;

/** Something that is to be done at moments known beforehand. */
export interface Timed {
  /** When the next one is due (ns). */
  readonly due: number;
  /** Does what is due at `at` or before. */
  fire(at: number): void;
}

/** Fires all open streams at their moments, whatever the others do. */
export class Lattice {
  readonly #timed = new Set<Timed>();
  /** Its thread is started with the first stream: until then the machine is busy starting others. */
  #wake: Wake | null = null;

  add(timed: Timed): void {
    this.#timed.add(timed);
    this.#wake ??= new Wake(() => this.#fire());
    this.#arm();
  }

  remove(timed: Timed): void {
    this.#timed.delete(timed);
    if (this.#timed.size === 0) this.#wake?.not();
  }

  #fire(): void {
    const at = now();
    for (const timed of this.#timed) if (timed.due <= at) timed.fire(at);
    this.#arm();
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#timed) if (due < next) next = due;
    if (next < Number.POSITIVE_INFINITY) this.#wake?.in((next - now()) / MS);
  }
}
