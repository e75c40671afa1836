const HEAD_LIMIT = 64 << 10;
const BODY_LIMIT = 1 << 20;
const [LF, CR, SPACE, ZERO, ONE] = [10, 13, 32, 48, 49];
const HTTP_1 = [...'HTTP/1.'].map((each) => each.charCodeAt(0));

/** Where a message stands. */
type State = 'head' | 'length' | 'size' | 'chunk' | 'chunk_end' | 'trailer' | 'until_close' | 'done' | 'broken';

/**
 * Reads one HTTP/1.1 response (RFC 9112) as its bytes come: the status, the framing, and the body where somebody wants to see it (at most a MiB of it).
 * Interim responses are passed over.
 */
export class HttpAnswer {
  status = 0;
  /** Whether another response may follow on the connection. */
  keep = true;
  #state: State = 'head';
  #head: Buffer | null = null;
  #left = 0;
  #size = '';
  #wanted = false;
  #body: string | Buffer[] = '';
  #kept = 0;

  /** Ready for the next response. `wanted`: whether the body is to be kept. */
  begin(wanted: boolean): void {
    this.status = 0;
    this.keep = true;
    this.#state = 'head';
    this.#head = null;
    this.#wanted = wanted;
    this.#body = '';
    this.#kept = 0;
  }

  /** Takes the first `to` bytes, which may be overwritten afterwards. `done`: the response is complete; `broken`: this is no HTTP, or something came after it. */
  take(bytes: Buffer, to = bytes.length): 'more' | 'done' | 'broken' {
    let at = 0;
    while (at < to) {
      if (this.#state === 'done' || this.#state === 'broken') {
        this.keep = false;
        break;
      }
      at = this.#state === 'head' ? this.#takeHead(bytes, at, to) : this.#takeBody(bytes, at, to);
    }
    return this.#state === 'done' ? 'done' : this.#state === 'broken' ? 'broken' : 'more';
  }

  /** The connection was closed. Whether that completes the response. */
  closed(): boolean {
    this.keep = false;
    if (this.#state !== 'until_close') return false;
    this.#state = 'done';
    return true;
  }

  /** Whether anything of the response has come. */
  get begun(): boolean {
    return this.#state !== 'head' || this.#head !== null;
  }

  get body(): string {
    return typeof this.#body === 'string' ? this.#body : Buffer.concat(this.#body).toString();
  }

  #takeHead(bytes: Buffer, from: number, to: number): number {
    const before = this.#head?.length ?? 0;
    const all = this.#head === null ? bytes : Buffer.concat([this.#head, bytes.subarray(from, to)]);
    const [begin, until] = this.#head === null ? [from, to] : [0, all.length];
    const end = endOfHead(all, begin, until);
    if (end < 0) {
      if (until - begin > HEAD_LIMIT) this.#state = 'broken';
      else this.#head = Buffer.from(all.subarray(begin, until));
      return to;
    }
    this.#head = null;
    this.#readHead(all, begin, end);
    return from + (end + 4 - begin - before);
  }

  #readHead(b: Buffer, from: number, end: number): void {
    // HTTP/1.x NNN
    if (end - from < 12 || HTTP_1.some((byte, i) => b[from + i] !== byte) || b[from + 8] !== SPACE) {
      this.#state = 'broken';
      return;
    }
    this.status = digit(b, from + 9) * 100 + digit(b, from + 10) * 10 + digit(b, from + 11);
    if (!(this.status >= 100)) {
      this.#state = 'broken';
      return;
    }
    this.keep = b[from + 7] === ONE;
    let length = -1;
    let chunked = false;
    let at = endOfLine(b, from, end) + 1;
    while (at < end) {
      const next = endOfLine(b, at, end);
      // Only these three matter.
      if (says(b, at, 'content-length:')) length = lengthIn(b, at + 15, next - 1);
      else if (says(b, at, 'transfer-encoding:')) chunked = textIn(b, at + 18, next - 1).includes('chunked');
      else if (says(b, at, 'connection:')) {
        const value = textIn(b, at + 11, next - 1);
        if (value.includes('close')) this.keep = false;
        else if (value.includes('keep-alive')) this.keep = true;
      }
      at = next + 1;
    }
    if (this.status < 200) this.#state = 'head';
    else if (this.status === 204 || this.status === 304) this.#state = 'done';
    else if (chunked) this.#state = 'size';
    else if (length >= 0) {
      this.#left = length;
      this.#state = length === 0 ? 'done' : 'length';
    } else if (Number.isNaN(length)) this.#state = 'broken';
    else this.#state = 'until_close';
  }

  #takeBody(b: Buffer, from: number, until: number): number {
    switch (this.#state) {
      case 'length':
      case 'chunk': {
        const to = Math.min(until, from + this.#left);
        this.#keepBody(b, from, to);
        this.#left -= to - from;
        if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk_end';
        return to;
      }
      case 'until_close':
        this.#keepBody(b, from, until);
        return until;
      default:
        return this.#takeFraming(b[from] ?? 0, from);
    }
  }

  /** The lines between chunks, byte by byte. */
  #takeFraming(byte: number, at: number): number {
    if (this.#state === 'chunk_end') {
      if (byte === LF) this.#state = 'size';
      else if (byte !== CR) this.#state = 'broken';
    } else if (this.#state === 'size') {
      if (byte !== LF) this.#size += String.fromCharCode(byte);
      else {
        const size = /^\s*([0-9a-f]{1,12})\s*(;.*)?\r?$/i.exec(this.#size)?.[1];
        this.#size = '';
        this.#left = size === undefined ? -1 : Number.parseInt(size, 16);
        this.#state = this.#left < 0 ? 'broken' : this.#left === 0 ? 'trailer' : 'chunk';
      }
      if (this.#size.length > 1024) this.#state = 'broken';
    } else if (byte !== LF) {
      if (byte !== CR) this.#size += '.';
      if (this.#size.length > HEAD_LIMIT) this.#state = 'broken';
    } else {
      if (this.#size === '') this.#state = 'done';
      this.#size = '';
    }
    return at + 1;
  }

  #keepBody(b: Buffer, from: number, to: number): void {
    if (!this.#wanted || this.#kept >= BODY_LIMIT) return;
    this.#kept += to - from;
    // Mostly all of it comes at once.
    if (this.#body === '' && this.#left === to - from && this.#state === 'length') this.#body = b.toString('utf8', from, to);
    else {
      if (typeof this.#body === 'string') this.#body = [];
      this.#body.push(Buffer.from(b.subarray(from, to)));
    }
  }
}

/** Where the empty line after the head begins, -1: not here. Byte by byte, as all below: for so few of them a call into the engine takes longer. */
function endOfHead(b: Buffer, from: number, to: number): number {
  for (let at = from + 3; at < to; at++) if (b[at] === LF && b[at - 1] === CR && b[at - 2] === LF && b[at - 3] === CR) return at - 3;
  return -1;
}

/** The line feed at the end of a line of the head that ends at `end`. */
function endOfLine(b: Buffer, from: number, end: number): number {
  let at = from;
  while (at <= end && b[at] !== LF) at += 1;
  return at;
}

/** Whether the bytes say `text`, which is in lower case. */
function says(b: Buffer, from: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const byte = b[from + i] ?? 0;
    const wanted = text.charCodeAt(i);
    if (byte !== wanted && (byte < 65 || byte > 90 || byte + 32 !== wanted)) return false;
  }
  return true;
}

function textIn(b: Buffer, from: number, to: number): string {
  return b.toString('latin1', from, to).toLowerCase();
}

/** The number that is all of a header's value; NaN: there is something else. */
function lengthIn(b: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && b[at] === SPACE) at += 1;
  let length = 0;
  for (const first = at; at < to; at++) {
    const value = (b[at] ?? 0) - ZERO;
    // Spaces after it, tabs, or nonsense.
    if (value < 0 || value > 9 || at - first > 15) return Number(textIn(b, from, to).trim());
    length = length * 10 + value;
  }
  return length;
}

function digit(b: Buffer, at: number): number {
  const value = (b[at] ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
