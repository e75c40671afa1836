let zero = performance.now();

/**
 * Makes this moment t = 0, or, with `origin` (ns by the machine's monotonic clock, which is the same in all its processes), that one, which another observer chose.
 * Returns t = 0 by the machine's clock.
 */
export function startClock(origin?: bigint): bigint {
  let [mono, closest] = [0n, Number.POSITIVE_INFINITY];
  // The two clocks are read one after the other; the closest of several readings is a fraction of a microsecond apart.
  for (let i = 0; i < 10; i++) {
    const before = process.hrtime.bigint();
    const here = performance.now();
    const after = process.hrtime.bigint();
    if (Number(after - before) >= closest) continue;
    closest = Number(after - before);
    mono = before + (after - before) / 2n;
    zero = here;
  }
  if (origin === undefined) return mono;
  zero -= Number(mono - origin) / 1e6;
  return origin;
}

/** Whole nanoseconds since t = 0 of the monotonic clock, the only one in arithmetic. */
export function now(): number {
  return Math.round((performance.now() - zero) * 1e6);
}
