import { Worker } from 'node:worker_threads';

/** Below this the next moment comes before a thread could be asked for it: the loop goes round until then. */
const NEAR_MS = 0.1;
const LONGEST_MS = 60_000;
const [ASKED, SERVED] = [0, 1];

/**
 * The thread: sleeps to each moment that is asked for, unless another one is asked for meanwhile. Plain JavaScript, so that it starts without a compiler. A wish counts as served only once its
 * moment has come: the notice of a wish may arrive when the thread sleeps for it already, and whoever then waited for another wish would sleep for ever (seen once in 50,000).
 */
const SLEEPER = `
const { workerData } = require('node:worker_threads');
const asked = new Int32Array(workerData, 0, 2);
const due = new Float64Array(workerData, 8, 1);
for (let served = 0; ; ) {
  const wish = Atomics.load(asked, ${ASKED});
  if (wish === served) {
    Atomics.wait(asked, ${ASKED}, served);
    continue;
  }
  const left = due[0] - Number(process.hrtime.bigint()) / 1e6;
  if (left > 0 && Atomics.wait(asked, ${ASKED}, wish, left) !== 'timed-out') continue;
  served = wish;
  Atomics.store(asked, ${SERVED}, wish);
  Atomics.notify(asked, ${SERVED});
}
`;

/**
 * Calls back at moments, a tenth of a millisecond late: the event loop's own timers are whole milliseconds, so that half their operations would go out a millisecond late. A thread of
 * its own sleeps to the moment and wakes the loop, by a number that both see: a message to it would be taken apart first. Where moments follow too fast for that, the loop's timer serves: operations go out in twos and threes.
 */
export class Wake {
  readonly #call: () => void;
  readonly #shared = new SharedArrayBuffer(16);
  readonly #asked = new Int32Array(this.#shared, 0, 2);
  readonly #due = new Float64Array(this.#shared, 8, 1);
  #timer: NodeJS.Timeout | null = null;
  #tick: NodeJS.Timeout | null = null;
  #ticking = false;
  #soon: NodeJS.Immediate | null = null;
  /** What the thread was asked last: an older call does not count. */
  #last = 0;
  #heard = 0;

  constructor(call: () => void) {
    this.#call = call;
    const worker = new Worker(SLEEPER, {
      eval: true,
      workerData: this.#shared,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    worker.unref();
    this.#hear();
  }

  /** Until the thread has served something: a number that changed before it was waited for counts as well, so that none goes unheard. */
  #hear(): void {
    for (;;) {
      const served = Atomics.load(this.#asked, SERVED);
      if (served !== this.#heard) {
        this.#heard = served;
        if (served === this.#last) this.#call();
        continue;
      }
      const change = Atomics.waitAsync(this.#asked, SERVED, served);
      if (!change.async) continue;
      void change.value.then(() => this.#hear());
      return;
    }
  }

  readonly #ticked = (): void => {
    if (this.#ticking) this.#call();
  };

  /** Calls back in `ms`, or `roughly` then, a millisecond late; an earlier wish is forgotten. */
  in(ms: number, roughly = false): void {
    this.not();
    if (roughly && ms <= 1) {
      // The same again and again: one that is used again costs less than one that is made.
      this.#tick ??= setTimeout(this.#ticked, 1);
      this.#tick.refresh();
      this.#ticking = true;
      return;
    }
    if (roughly) {
      this.#timer = setTimeout(this.#call, Math.max(0, ms));
      return;
    }
    if (ms < NEAR_MS) {
      this.#soon = setImmediate(this.#call);
      return;
    }
    this.#due[0] = Number(process.hrtime.bigint()) / 1e6 + Math.min(ms, LONGEST_MS);
    Atomics.store(this.#asked, ASKED, this.#last);
    Atomics.notify(this.#asked, ASKED);
  }

  /** Nothing is wished any more. */
  not(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#soon !== null) clearImmediate(this.#soon);
    this.#timer = null;
    this.#soon = null;
    this.#ticking = false;
    this.#last += 1;
  }
}
