import { createHash } from 'node:crypto';

/** Chance, repeatable: the same seed and name give the same numbers on any machine. */
export interface Stream {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, n). */
  int(n: number): number;
  /** One of the list. Throws when it is empty. */
  pick<T>(list: readonly T[]): T;
}

/**
 * The stream of chance of this name. Streams are independent: drawing from one never shifts another, so that adding a fault leaves the rest of a plan as it was.
 * sfc32 (Chris Doty-Humphrey's PractRand, "small fast counting"), its state taken from SHA-256 of `<seed>:<name>`.
 */
export function stream(seed: number, name: string): Stream {
  const digest = createHash('sha256').update(`${seed}:${name}`).digest();
  let [a, b, c, counter] = [digest.readInt32LE(0), digest.readInt32LE(4), digest.readInt32LE(8), 1];
  const draw = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) draw();
  const int = (n: number) => Math.floor(draw() * n);
  return {
    next: draw,
    int,
    pick(list) {
      if (list.length === 0) throw new RangeError(`nothing to pick from in stream ${name}`);
      return list[int(list.length)] as (typeof list)[number];
    },
  };
}
