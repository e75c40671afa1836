import type { Recording } from '../recording.ts';
import type { Write } from './ledger.ts';
import { doneAt, sentAt } from './streams.ts';
import type { Window } from './window.ts';

/** Writes acknowledged by more than one primary at a time. `length`: from the newer one's first acknowledgement to the older one's last, ns. */
export interface SplitBrain {
  readonly writes: readonly Write[];
  readonly length: number;
}

/** Operations sent after a newer database timeline had answered for the first time, and still acknowledged by an older one. */
export function splitBrain(writes: readonly Write[]): SplitBrain {
  const firsts = new Map<number, number>();
  for (const { known, op } of writes)
    if (known === 'acknowledged' && op.l !== undefined)
      firsts.set(op.l, Math.min(firsts.get(op.l) ?? Number.POSITIVE_INFINITY, doneAt(op)));
  const newerSince = (timeline: number) => Math.min(...[...firsts].map(([l, at]) => (l > timeline ? at : Number.POSITIVE_INFINITY)));
  const since = new Map([...firsts.keys()].map((timeline) => [timeline, newerSince(timeline)]));
  const both = writes.filter(
    ({ known, op }) => known === 'acknowledged' && op.l !== undefined && sentAt(op) > (since.get(op.l) ?? Number.POSITIVE_INFINITY),
  );
  const length = both.reduce((longest, { op }) => Math.max(longest, doneAt(op) - (since.get(op.l ?? 0) ?? 0)), 0);
  return { writes: both, length };
}

/**
 * Of the lost writes, those that a deposed primary acknowledged after the fault had taken effect: on an older database timeline than the newest that
 * answered or that the cluster told of. Acknowledged late but kept is no zombie's.
 */
export function zombies(recording: Recording, writes: readonly Write[], lost: readonly Write[], window: Window): readonly Write[] {
  let newest = 0;
  for (const { op } of writes) newest = Math.max(newest, op.l ?? 0);
  for (const event of recording.events) if (event.k === 'cluster') newest = Math.max(newest, event.timeline ?? 0);
  return lost.filter(({ op }) => op.l !== undefined && op.l < newest && doneAt(op) > window.effect[1]);
}
