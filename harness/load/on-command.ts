import { createInterface } from 'node:readline';
import type { Helper } from '../model/runtime.ts';

const READY_WITHIN_MS = 60_000;

/** What a helper of ours says: `ready` once, and `ended` with what it came to. */
export interface Said {
  readonly k: 'ready' | 'ended';
}

/** A helper that acts when it is told to, and says when it has ended. */
export class OnCommand<T extends Said> {
  readonly helper: Helper;
  #ended = Promise.withResolvers<T | null>();
  #ready = Promise.withResolvers<void>();
  #stderr = '';
  #gone = false;

  constructor(helper: Helper) {
    this.helper = helper;
    // Whoever is killed cannot be told anything, and need not.
    helper.stdin.on('error', () => undefined);
    helper.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-500);
    });
    createInterface({ input: helper.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as T;
      if (said.k === 'ready') this.#ready.resolve();
      else this.#ended.resolve(said);
    });
    void helper.exited.then(() => {
      this.#gone = true;
      this.#ended.resolve(null);
      this.#ready.reject(new Error(`the helper ${helper.name} ended before it was ready: ${this.#stderr.trim()}`));
    });
    this.#ready.promise.catch(() => undefined);
  }

  /** Waits until it listens. */
  async ready(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`the helper ${this.helper.name} was not ready within ${READY_WITHIN_MS / 1000} s`)),
        READY_WITHIN_MS,
      );
    });
    try {
      await Promise.race([this.#ready.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells it to run, and does not wait. */
  run(order: object): void {
    if (this.#gone) throw new Error(`the helper ${this.helper.name} is gone: ${this.#stderr.trim()}`);
    this.#ended = Promise.withResolvers<T | null>();
    this.#say({ do: 'run', ...order });
  }

  /** What it came to, once it has ended; null when it was killed, or said nothing within the limit. */
  async ended(within_ms: number): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), within_ms);
    });
    const said = await Promise.race([this.#ended.promise, late]);
    clearTimeout(timer);
    return said;
  }

  /** Asks it to stop; `ended` tells what it came to. */
  stop(): void {
    if (!this.#gone) this.#say({ do: 'stop' });
  }

  #say(line: object): void {
    this.helper.stdin.write(`${JSON.stringify(line)}\n`);
  }
}
