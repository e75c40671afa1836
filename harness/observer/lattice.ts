import { now } from './clock.ts';
import { Wake } from './wake.ts';

const MS = 1e6;
/** From so many operations a second on, to be woken for each costs more than all else that is done for it. */
const MANY_PER_S = 1300;

/** Something that is to be done at moments known beforehand. */
export interface Timed {
  /** When the next one is due (ns). */
  readonly due: number;
  /** How many are due in a second. */
  readonly per_s: number;
  /** Does what is due at `at` or before. */
  fire(at: number): void;
}

/** Fires all open streams at their moments, whatever the others do. */
export class Lattice {
  #timed: readonly Timed[] = [];
  /** Its thread is started with the first stream: until then the machine is busy starting others. */
  #wake: Wake | null = null;
  #many = false;

  add(timed: Timed): void {
    this.#timed = [...this.#timed, timed];
    this.#many = this.#perSecond() > MANY_PER_S;
    this.#wake ??= new Wake(() => this.#fire());
    this.#arm();
  }

  remove(timed: Timed): void {
    this.#timed = this.#timed.filter((each) => each !== timed);
    this.#many = this.#perSecond() > MANY_PER_S;
    if (this.#timed.length === 0) this.#wake?.not();
  }

  #fire(): void {
    const at = now();
    for (const timed of this.#timed) if (timed.due <= at) timed.fire(at);
    this.#arm();
  }

  #perSecond(): number {
    let sum = 0;
    for (const { per_s } of this.#timed) sum += per_s;
    return sum;
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { due } of this.#timed) if (due < next) next = due;
    if (next < Number.POSITIVE_INFINITY) this.#wake?.in((next - now()) / MS, this.#many);
  }
}
