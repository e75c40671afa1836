import type { Progress } from '../observer/protocol.ts';

/** Operations of a window that slides. `whole`: sums are known from its beginning on. */
export interface Slid {
  readonly done: number;
  readonly bad: number;
  readonly span_ns: number;
  readonly whole: boolean;
}

/** Counts the operations of the last so many nanoseconds, from sums that only grow. */
export class SlidingSums {
  readonly #window_ns: number;
  readonly #seen: Progress[] = [];

  constructor(window_ns: number) {
    this.#window_ns = window_ns;
  }

  /** The window that ends with these sums; null where they are those of before, which do no harm. */
  add(progress: Progress): Slid | null {
    if (this.#seen.at(-1)?.at === progress.at) return null;
    this.#seen.push(progress);
    // What is kept before the window is its edge: the last sums that are older than it.
    while ((this.#seen[1]?.at ?? Number.POSITIVE_INFINITY) <= progress.at - this.#window_ns) this.#seen.shift();
    const edge = this.#seen[0] ?? progress;
    const [done, span_ns] = [progress.done - edge.done, progress.at - edge.at];
    return { done, bad: done - (progress.good - edge.good), span_ns, whole: span_ns >= this.#window_ns };
  }
}
