import type { FaultKind } from '../fault.ts';

/**
 * By what a kind of fault is seen, in the recording as in the run:
 * `readiness`: the targets die and live again, by their own ready probes · `standstill`: no standby's position moves (from `lag` events) · `sights`: the questions that were declared by
 * `sight` events before it, answered well while it is absent.
 */
export type Witness = 'readiness' | 'standstill' | 'sights';

/** What kills its targets, or freezes or cuts them off whole. */
const READINESS: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'kill',
  'stop',
  'pause',
  'kill-process',
  'freeze-process',
  'restart',
  'out-of-memory',
  'crash-loop',
  'bad-release',
  'by-hand',
  'disconnect',
]);

/** What holds replication back. */
const STANDSTILL: ReadonlySet<FaultKind> = new Set<FaultKind>(['hold', 'cut']);

/** The witness of a kind of fault: its own questions, unless it is one of few. A new kind needs nothing here: so what was shown of others stays shown. */
export function witnessOf(kind: FaultKind): Witness {
  if (READINESS.has(kind)) return 'readiness';
  return STANDSTILL.has(kind) ? 'standstill' : 'sights';
}

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
