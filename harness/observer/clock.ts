let zero = process.hrtime.bigint();

/** Makes this moment t = 0. */
export function startClock(): void {
  zero = process.hrtime.bigint();
}

/** Whole nanoseconds since t = 0 of the monotonic clock, the only one in arithmetic. Exact for 104 days. */
export function now(): number {
  return Number(process.hrtime.bigint() - zero);
}
