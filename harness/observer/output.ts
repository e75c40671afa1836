import type { TimelineEvent } from '../model/event.ts';
import type { Progress, Reply } from './protocol.ts';

const FLUSH_MS = 10;
const PIECE = 128 << 10;
/** Room for the numbers of an operation, beside its texts. */
const NUMBERS = 160;

/** Lines are gathered for at most 10 ms and written together, in order, so that recording costs the loop little. */
export class Output {
  #piece = Buffer.allocUnsafeSlow(PIECE);
  #at = 0;
  #records = 0;
  #timer: NodeJS.Timeout | null = null;

  event(event: TimelineEvent): void {
    this.#records += 1;
    this.#text(JSON.stringify(event));
  }

  /**
   * The line of an operation, number by number into the bytes: no text is made for it. `head` is all before its number, `tail` what comes after its
   * completion (`,"o":"ok"}` for example), both ASCII.
   */
  operation(head: string, n: number, s: number, x: number, c: number, tail: string): void {
    this.#records += 1;
    if (this.#at + head.length + tail.length + NUMBERS > PIECE) {
      if (head.length + tail.length + NUMBERS > PIECE) throw new RangeError(`an operation's line of ${tail.length} characters is too long`);
      this.flush();
    }
    const piece = this.#piece;
    let at = this.#at;
    at += piece.write(head, at, 'latin1');
    at = digits(piece, at, n);
    at += piece.write(',"s":', at, 'latin1');
    at = digits(piece, at, s);
    at += piece.write(',"x":', at, 'latin1');
    at = digits(piece, at, x);
    at += piece.write(',"c":', at, 'latin1');
    at = digits(piece, at, c);
    at += piece.write(tail, at, 'latin1');
    piece[at] = 10;
    this.#at = at + 1;
    this.#later();
  }

  /** A reply or progress: not part of the timeline. */
  aside(line: Reply | Progress): void {
    this.#text(JSON.stringify(line));
  }

  get records(): number {
    return this.#records;
  }

  flush(done?: () => void): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const bytes = this.#piece.subarray(0, this.#at);
    // What was handed over must stay as it is until it is written.
    this.#piece = Buffer.allocUnsafeSlow(PIECE);
    this.#at = 0;
    process.stdout.write(bytes, () => done?.());
  }

  #text(text: string): void {
    const most = text.length * 3 + 1;
    if (this.#at + most > PIECE && this.#at > 0) this.flush();
    if (most > PIECE) {
      process.stdout.write(`${text}\n`);
      return;
    }
    this.#at += this.#piece.write(text, this.#at);
    this.#piece[this.#at++] = 10;
    this.#later();
  }

  #later(): void {
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }
}

/** Writes a whole number in decimal; returns the place after it. */
function digits(piece: Buffer, at: number, number: number): number {
  if (number < 0) {
    piece[at] = 45;
    return digits(piece, at + 1, -number);
  }
  let end = at;
  let size = 10;
  while (number >= size) {
    size *= 10;
    end += 1;
  }
  let left = number;
  for (let place = end; place >= at; place--) {
    const tenth = left < 2 ** 31 ? (left / 10) | 0 : Math.floor(left / 10);
    piece[place] = 48 + (left - tenth * 10);
    left = tenth;
  }
  return end + 1;
}
