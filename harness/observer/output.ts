import type { TimelineEvent } from '../model/event.ts';
import type { Progress, Reply } from './protocol.ts';

/** Lines are gathered for at most 10 ms and written together, in order, so that recording costs the loop little. */
export class Output {
  #pending = '';
  #records = 0;
  #timer: NodeJS.Timeout | null = null;

  /** A timeline line, already text. */
  raw(line: string): void {
    this.#records += 1;
    this.#add(line);
  }

  event(event: TimelineEvent): void {
    this.raw(JSON.stringify(event));
  }

  /** A reply or progress: not part of the timeline. */
  aside(line: Reply | Progress): void {
    this.#add(JSON.stringify(line));
  }

  get records(): number {
    return this.#records;
  }

  flush(done?: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const text = this.#pending;
    this.#pending = '';
    process.stdout.write(text, () => done?.());
  }

  #add(line: string): void {
    this.#pending += `${line}\n`;
    this.#timer ??= setTimeout(() => this.flush(), 10);
  }
}
