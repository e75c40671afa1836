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
  'kill-process': 'readiness',
  'freeze-process': 'readiness',
  restart: 'readiness',
  'out-of-memory': 'readiness',
  'crash-loop': 'readiness',
  'bad-release': 'readiness',
  cpu: 'sights',
  'slow-process': 'sights',
  memory: 'sights',
  'disk-full': 'sights',
  'slow-disk': 'sights',
  'file-handles': 'sights',
  connections: 'sights',
  'replication-paused': 'sights',
  'long-lock': 'sights',
  'connection-limit': 'sights',
  hold: 'standstill',
  cut: 'standstill',
  handover: 'sights',
  flood: 'sights',
  spike: 'sights',
  'mixed-crowd': 'sights',
  'slow-headers': 'sights',
  'slow-bodies': 'sights',
  'slow-reads': 'sights',
  'by-hand': 'readiness',
  latency: 'sights',
  bandwidth: 'sights',
  'slow-close': 'sights',
  reset: 'sights',
  'black-hole': 'sights',
  'limit-data': 'sights',
  'link-down': 'sights',
  partition: 'sights',
  'drop-port': 'sights',
  refuse: 'sights',
  loss: 'sights',
  disconnect: 'readiness',
  isolate: 'sights',
  'http-fail-first': 'sights',
  'http-fail-share': 'sights',
  'http-status': 'sights',
  'http-body': 'sights',
  'http-truncate': 'sights',
  'http-stall': 'sights',
  'http-trickle': 'sights',
  'names-silent': 'sights',
  'names-wrong': 'sights',
  'names-slow': 'sights',
  'names-stale': 'sights',
  'clock-skew': 'sights',
  'certificate-expired': 'sights',
  'certificate-wrong-name': 'sights',
};

/** Kinds that may be over before they are healed: whoever was hit has used them up. Their end counts as their healing, whenever it comes after their effect. */
export const MAY_END_ALONE: ReadonlySet<FaultKind> = new Set<FaultKind>(['http-fail-first']);

/** Kinds whose questions cannot be answered well for seconds while the fault is there: such an answer before the heal says that it is gone. Others flicker: a service that has nothing to do is not held back. */
export const FIRM: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'partition',
  'drop-port',
  'refuse',
  'isolate',
  'black-hole',
  'link-down',
  'connections',
  'connection-limit',
  'long-lock',
  'http-status',
  'http-body',
  'http-truncate',
  'http-stall',
  'names-silent',
  'names-wrong',
  'certificate-expired',
  'certificate-wrong-name',
  'replication-paused',
  'flood',
  'mixed-crowd',
]);
