let zero = performance.now();

/** Makes this moment t = 0; returns it by the machine's monotonic clock (ns), which is the same in all its processes. */
export function startClock(): bigint {
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
  return mono;
}

/** Whole nanoseconds since t = 0 of the monotonic clock, the only one in arithmetic. */
export function now(): number {
  return Math.round((performance.now() - zero) * 1e6);
}
