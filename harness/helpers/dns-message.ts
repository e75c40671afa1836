/** A question of a DNS message, and what of the message an answer repeats. */
export interface Question {
  readonly id: number;
  /** Lower case, without the dot at the end. */
  readonly name: string;
  /** 1: an IPv4 address. */
  readonly type: number;
  /** The question as it came, to be repeated: in the case in which it was asked. */
  readonly bytes: Buffer;
  readonly recursion: boolean;
}

export const TYPE_A = 1;
const HEADER = 12;
const CODES = { ok: 0, 'no such name': 3, refused: 5 } as const;

/** The one question of a message (RFC 1035); null when it is none, or asks more than one thing. */
export function questionOf(message: Buffer): Question | null {
  if (message.length < HEADER + 5 || message.readUInt16BE(4) !== 1 || (message.readUInt8(2) & 0x80) !== 0) return null;
  const labels: string[] = [];
  let at = HEADER;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    // A pointer has no place in a first question.
    if (length > 63 || at + length + 5 >= message.length) return null;
    labels.push(message.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += length + 1;
  }
  if (at + 5 > message.length) return null;
  return {
    id: message.readUInt16BE(0),
    name: labels.join('.'),
    type: message.readUInt16BE(at + 1),
    bytes: message.subarray(HEADER, at + 5),
    recursion: (message.readUInt8(2) & 1) === 1,
  };
}

/** An answer: with one IPv4 address to be kept for `ttl_s`, with none (there is the name, but nothing of that type), or with a code. */
export function answerTo(
  { id, bytes, recursion }: Question,
  code: keyof typeof CODES,
  record: { readonly ip: string; readonly ttl_s: number } | null,
): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(id, 0);
  header.writeUInt8(0x84 | (recursion ? 1 : 0), 2);
  header.writeUInt8(0x80 | CODES[code], 3);
  header.writeUInt16BE(1, 4);
  if (record === null) return Buffer.concat([header, bytes]);
  header.writeUInt16BE(1, 6);
  // The name: a pointer to the question's. Type A, class IN, a TTL, four bytes.
  const answer = Buffer.from([0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, ...record.ip.split('.').map(Number)]);
  answer.writeUInt32BE(record.ttl_s, 6);
  return Buffer.concat([header, bytes, answer]);
}
