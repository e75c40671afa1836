import { isMainThread, type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';

const MARK = 'faultline.wake';
/** Below this the next moment comes before a thread could be asked for it. */
const NEAR_MS = 0.75;
const GIVE_UP_MS = 60_000;
const ASKED = 0;

/**
 * Calls back at moments, a tenth of a millisecond late: the event loop's own timers are whole milliseconds, so that half their operations would go out a millisecond late. A thread of
 * its own sleeps to the moment and wakes the loop. Moments that are nearer than 0.75 ms are left to the loop's timer: at such rates operations go out in twos and threes.
 */
export class Wake {
  readonly #call: () => void;
  readonly #shared = new SharedArrayBuffer(16);
  readonly #asked = new Int32Array(this.#shared, 0, 2);
  readonly #due = new Float64Array(this.#shared, 8, 1);
  readonly #worker: Worker;
  #timer: NodeJS.Timeout | null = null;
  /** What the thread was asked last: an older call does not count. */
  #last = 0;

  constructor(call: () => void) {
    this.#call = call;
    this.#worker = new Worker(new URL(import.meta.url), {
      workerData: { [MARK]: this.#shared },
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    this.#worker.on('message', (asked: number) => {
      if (asked === this.#last) this.#call();
    });
    this.#worker.unref();
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
    this.#due[0] = Number(process.hrtime.bigint()) / 1e6 + Math.min(ms, GIVE_UP_MS);
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

/** The thread: sleeps to each moment that is asked for, unless another one is asked for meanwhile. */
function sleeper(shared: SharedArrayBuffer, port: MessagePort): void {
  const asked = new Int32Array(shared, 0, 2);
  const due = new Float64Array(shared, 8, 1);
  let seen = 0;
  for (;;) {
    Atomics.wait(asked, ASKED, seen);
    seen = Atomics.load(asked, ASKED);
    const left = (due[0] ?? 0) - Number(process.hrtime.bigint()) / 1e6;
    if (left > 0 && Atomics.wait(asked, ASKED, seen, left) !== 'timed-out') continue;
    port.postMessage(seen);
  }
}

const mine = (workerData as { readonly [MARK]?: SharedArrayBuffer } | null)?.[MARK];
if (!isMainThread && parentPort !== null && mine !== undefined) sleeper(mine, parentPort);
