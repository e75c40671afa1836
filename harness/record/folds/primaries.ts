import { OUTCOME } from '../ops.ts';
import type { Recording } from '../recording.ts';
import { type Ledger, type Write, type WriteSet, writeOf } from './ledger.ts';
import type { Window } from './window.ts';

/** Writes acknowledged by more than one primary at a time. `length`: from the newer one's first acknowledgement to the older one's last, ns. */
export interface SplitBrain {
  readonly writes: readonly Write[];
  readonly length: number;
}

/** Operations sent after a newer database timeline had answered for the first time, and still acknowledged by an older one. */
export function splitBrain({ environment }: Recording, { streams }: Pick<Ledger, 'streams'>): SplitBrain {
  const firsts = new Map<number, number>();
  for (const { ops } of streams) {
    if (ops.timelines.length === 0) continue;
    for (let i = 0; i < ops.length; i++) {
      const timeline = ops.timeline(i);
      if (timeline === undefined || ops.o[i] !== OUTCOME.ok) continue;
      firsts.set(timeline, Math.min(firsts.get(timeline) ?? Number.POSITIVE_INFINITY, ops.done(i)));
    }
  }
  if (firsts.size < 2) return { writes: [], length: 0 };
  const newerSince = (timeline: number) => Math.min(...[...firsts].map(([l, at]) => (l > timeline ? at : Number.POSITIVE_INFINITY)));
  const since = new Map([...firsts.keys()].map((timeline) => [timeline, newerSince(timeline)]));
  const writes: Write[] = [];
  let length = 0;
  for (const stream of streams) {
    const { ops } = stream;
    for (let i = 0; i < ops.length; i++) {
      const timeline = ops.timeline(i);
      if (timeline === undefined || ops.o[i] !== OUTCOME.ok) continue;
      const newer = since.get(timeline) ?? Number.POSITIVE_INFINITY;
      if (ops.sent(i) <= newer) continue;
      writes.push(writeOf(environment.token, stream, i));
      length = Math.max(length, ops.done(i) - newer);
    }
  }
  return { writes, length };
}

/**
 * Of the lost writes, those that a deposed primary acknowledged after the fault had taken effect: on an older database timeline than the newest that
 * answered or that the cluster told of. Acknowledged late but kept is no zombie's.
 */
export function zombies(
  recording: Recording,
  { streams }: Pick<Ledger, 'streams'>,
  lost: WriteSet | readonly Write[],
  window: Window,
): readonly Write[] {
  if (lost.length === 0) return [];
  let newest = 0;
  for (const { ops } of streams) for (const timeline of ops.timelines) newest = Math.max(newest, timeline);
  for (const event of recording.events) if (event.k === 'cluster') newest = Math.max(newest, event.timeline ?? 0);
  const late: Write[] = [];
  for (const write of lost) if (write.timeline !== undefined && write.timeline < newest && write.done > window.effect[1]) late.push(write);
  return late;
}
