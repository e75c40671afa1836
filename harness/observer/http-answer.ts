const CRLF2 = Buffer.from('\r\n\r\n');
const HEAD_LIMIT = 64 << 10;
const BODY_LIMIT = 1 << 20;
const [LF, CR, COLON, SPACE] = [10, 13, 58, 32];

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

  /** Takes bytes that may be overwritten afterwards. `done`: the response is complete; `broken`: this is no HTTP, or something came after it. */
  take(bytes: Buffer): 'more' | 'done' | 'broken' {
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'done' || this.#state === 'broken') {
        this.keep = false;
        break;
      }
      at = this.#state === 'head' ? this.#takeHead(bytes, at) : this.#takeBody(bytes, at);
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

  #takeHead(bytes: Buffer, from: number): number {
    const before = this.#head?.length ?? 0;
    const all = this.#head === null ? bytes : Buffer.concat([this.#head, bytes.subarray(from)]);
    const begin = this.#head === null ? from : 0;
    const end = all.indexOf(CRLF2, begin);
    if (end < 0) {
      if (all.length - begin > HEAD_LIMIT) this.#state = 'broken';
      else this.#head = Buffer.from(all.subarray(begin));
      return bytes.length;
    }
    this.#head = null;
    this.#readHead(all, begin, end);
    return from + (end + 4 - begin - before);
  }

  #readHead(b: Buffer, from: number, end: number): void {
    // HTTP/1.x NNN
    if (end - from < 12 || b.toString('latin1', from, from + 7) !== 'HTTP/1.' || b[from + 8] !== SPACE) {
      this.#state = 'broken';
      return;
    }
    this.status = digit(b, from + 9) * 100 + digit(b, from + 10) * 10 + digit(b, from + 11);
    if (!(this.status >= 100)) {
      this.#state = 'broken';
      return;
    }
    this.keep = b[from + 7] === 49;
    let length = -1;
    let chunked = false;
    let at = b.indexOf(LF, from) + 1;
    while (at > 0 && at < end) {
      let next = b.indexOf(LF, at);
      if (next < 0 || next > end) next = end + 1;
      const first = (b[at] ?? 0) | 32;
      // Only content-length, connection and transfer-encoding matter.
      if (first === 99 || first === 116) {
        const colon = b.indexOf(COLON, at);
        const name = b.toString('latin1', at, colon).toLowerCase();
        if (name === 'content-length') length = Number(b.toString('latin1', colon + 1, next - 1).trim());
        else if (name === 'transfer-encoding')
          chunked = b
            .toString('latin1', colon + 1, next - 1)
            .toLowerCase()
            .includes('chunked');
        else if (name === 'connection') {
          const value = b.toString('latin1', colon + 1, next - 1).toLowerCase();
          if (value.includes('close')) this.keep = false;
          else if (value.includes('keep-alive')) this.keep = true;
        }
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

  #takeBody(b: Buffer, from: number): number {
    switch (this.#state) {
      case 'length':
      case 'chunk': {
        const to = Math.min(b.length, from + this.#left);
        this.#keepBody(b, from, to);
        this.#left -= to - from;
        if (this.#left === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk_end';
        return to;
      }
      case 'until_close':
        this.#keepBody(b, from, b.length);
        return b.length;
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

function digit(b: Buffer, at: number): number {
  const value = (b[at] ?? 0) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
