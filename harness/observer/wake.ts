import { Worker } from 'node:worker_threads';

/** Below this the next moment comes before a thread could be asked for it. */
const NEAR_MS = 0.75;
const LONGEST_MS = 60_000;
const ASKED = 0;

/**
 * The thread: sleeps to each moment that is asked for, unless another one is asked for meanwhile. Plain JavaScript, so that it starts without a compiler. A wish counts as served only once its
 * moment has come: the notice of a wish may arrive when the thread sleeps for it already, and whoever then waited for another wish would sleep for ever (seen once in 50,000).
 */
const SLEEPER = `
const { workerData, parentPort } = require('node:worker_threads');
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
  parentPort.postMessage(wish);
}
`;

/**
 * Calls back at moments, a tenth of a millisecond late: the event loop's own timers are whole milliseconds, so that half their operations would go out a millisecond late. A thread of
 * its own sleeps to the moment and wakes the loop. Moments that are nearer than 0.75 ms are left to the loop's timer: at such rates operations go out in twos and threes.
 */
export class Wake {
  readonly #call: () => void;
  readonly #shared = new SharedArrayBuffer(16);
  readonly #asked = new Int32Array(this.#shared, 0, 2);
  readonly #due = new Float64Array(this.#shared, 8, 1);
  #timer: NodeJS.Timeout | null = null;
  /** What the thread was asked last: an older call does not count. */
  #last = 0;

  constructor(call: () => void) {
    this.#call = call;
    const worker = new Worker(SLEEPER, {
      eval: true,
      workerData: this.#shared,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    worker.on('message', (asked: number) => {
      if (asked === this.#last) this.#call();
    });
    worker.unref();
  }

  /** Calls back in `ms`; an earlier wish is forgotten. */
  in(ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last += 1;
    if (ms < NEAR_MS) {
      this.#timer = setTimeout(this.#call, Math.max(0, ms));
      return;
    }
    this.#due[0] = Number(process.hrtime.bigint()) / 1e6 + Math.min(ms, LONGEST_MS);
    Atomics.store(this.#asked, ASKED, this.#last);
    Atomics.notify(this.#asked, ASKED);
  }

  /** Nothing is wished any more. */
  not(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#last += 1;
  }
}
