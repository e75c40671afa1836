import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

const FLUSH_EVERY_MS = 50;

/**
 * timeline.jsonl, appended as it happens: what was handed over more than 50 ms ago survives a SIGKILL of the harness. The first write that
 * fails (a full disk) is reported once to `onError`; the file is then cut short, which every reader notices.
 */
export class TimelineFile {
  readonly #fd: number;
  readonly #onError: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  #pending = '';
  #failed = false;
  #closed = false;

  constructor(file: string, onError: (error: Error) => void) {
    this.#fd = openSync(file, 'a');
    this.#onError = onError;
    this.#timer = setInterval(() => this.flush(), FLUSH_EVERY_MS);
    this.#timer.unref();
  }

  /** Appends one line (without its newline), as it is. */
  append(line: string): void {
    this.#pending += `${line}\n`;
    if (this.#pending.length > 1 << 18) this.flush();
  }

  flush(): void {
    if (this.#pending === '' || this.#failed || this.#closed) return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (cause) {
      this.#failed = true;
      this.#onError(new Error(`the timeline could not be written: ${(cause as Error).message}`, { cause }));
    }
  }

  /** Writes what is left, syncs and closes. May be called twice. */
  close(): void {
    if (this.#closed) return;
    clearInterval(this.#timer);
    this.flush();
    this.#closed = true;
    if (!this.#failed) fsyncSync(this.#fd);
    closeSync(this.#fd);
  }
}
