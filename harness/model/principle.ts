/** The thirteen reliability and security principles, in their published order. */
export const PRINCIPLES = [
  'Secured perimeter',
  'Availability monitoring',
  'Alert systems',
  'Service recovery',
  'User feedback',
  'Logging',
  'Decoupled end-to-end checks',
  'Isolated services',
  'Redundant infrastructure',
  'Backups',
  'Test setup',
  'DDoS protection and caching',
  'Incremental rollout',
] as const;

/** The published name of principle `n` (1 to 13). */
export function principleName(n: number): string {
  const name = PRINCIPLES[n - 1];
  if (name === undefined) throw new RangeError(`there is no principle ${n}: they are numbered 1 to ${PRINCIPLES.length}`);
  return name;
}
