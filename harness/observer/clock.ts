let zero = performance.now();

/** Makes this moment t = 0; returns it by the machine's monotonic clock (ns), which is the same in all its processes. */
export function startClock(): bigint {
  const mono = process.hrtime.bigint();
  zero = performance.now();
  return mono;
}

/** Whole nanoseconds since t = 0 of the monotonic clock, the only one in arithmetic. */
export function now(): number {
  return Math.round((performance.now() - zero) * 1e6);
}
