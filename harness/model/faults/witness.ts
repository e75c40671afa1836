import type { FaultKind } from '../fault.ts';

/**
 * By what a kind of fault is seen, in the recording as in the run:
 * `readiness`: the targets die and live again, by their own ready probes · `standstill`: no standby's position moves (from `lag` events) · `sights`: the questions that were declared by
 * `sight` events before it, answered well while it is absent.
 */
export type Witness = 'readiness' | 'standstill' | 'sights';

/** The witness of every kind of fault: one line each. */
export const WITNESS: Readonly<Record<FaultKind, Witness>> = {
  kill: 'readiness',
  stop: 'readiness',
  pause: 'readiness',
  hold: 'standstill',
  cut: 'standstill',
  flood: 'sights',
  spike: 'sights',
  'mixed-crowd': 'sights',
  'slow-headers': 'sights',
  'slow-bodies': 'sights',
  'slow-reads': 'sights',
  'by-hand': 'readiness',
};
