import type { TimelineEvent } from '../model/event.ts';
import type { Progress, Reply } from './protocol.ts';

const OPERATIONS_MS = 25;
const OTHERS_MS = 2;
const PIECE = 128 << 10;
/** How many pieces that are written may wait to be used again: a new one each time would be paid for with collected garbage, and with lateness. */
const SPARE = 2;
/** Room for the numbers of an operation, beside its texts. */
const NUMBERS = 160;

/** Hands bytes on, and tells when they are written. */
type Write = (bytes: Buffer, done: () => void) => void;

/** Lines are gathered and written together, in order, so that recording costs the loop little: operations for at most 25 ms, what the harness waits for for 2. */
export class Output {
  readonly #write: Write;
  #piece: Buffer = Buffer.allocUnsafeSlow(PIECE);
  readonly #spare: Buffer[] = [];
  #at = 0;
  #records = 0;
  #timer: NodeJS.Timeout | null = null;
  #within = 0;

  constructor(write: Write = (bytes, done) => process.stdout.write(bytes, done)) {
    this.#write = write;
  }

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
    at = digits(piece, key(piece, at, S), s);
    at = digits(piece, key(piece, at, X), x);
    at = digits(piece, key(piece, at, C), c);
    at += piece.write(tail, at, 'latin1');
    piece[at] = 10;
    this.#at = at + 1;
    this.#later(OPERATIONS_MS);
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
    const piece = this.#piece;
    const bytes = piece.subarray(0, this.#at);
    // What was handed over must stay as it is until it is written.
    this.#piece = this.#spare.pop() ?? Buffer.allocUnsafeSlow(PIECE);
    this.#at = 0;
    this.#write(bytes, () => {
      if (this.#spare.length < SPARE) this.#spare.push(piece);
      done?.();
    });
  }

  #text(text: string): void {
    const most = text.length * 3 + 1;
    if (this.#at + most > PIECE && this.#at > 0) this.flush();
    if (most > PIECE) {
      this.#write(Buffer.from(`${text}\n`), () => undefined);
      return;
    }
    this.#at += this.#piece.write(text, this.#at);
    this.#piece[this.#at++] = 10;
    this.#later(OTHERS_MS);
  }

  #later(ms: number): void {
    if (this.#timer !== null && this.#within <= ms) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#within = ms;
    this.#timer = setTimeout(() => this.flush(), ms);
  }
}

const [S, X, C] = [115, 120, 99];

/** Writes `,"k":` for the character k; returns the place after it. */
function key(piece: Buffer, at: number, character: number): number {
  piece[at] = 44;
  piece[at + 1] = 34;
  piece[at + 2] = character;
  piece[at + 3] = 34;
  piece[at + 4] = 58;
  return at + 5;
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
