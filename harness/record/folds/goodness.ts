import type { RecordedOp, Recording } from '../recording.ts';
import type { Stream } from './streams.ts';

/** What an operation says of the service. `unknown`: nothing, because the harness itself was late or stood still. */
export type Goodness = 'good' | 'bad' | 'unknown';
/** How unknown operations are counted; every judge runs with both. */
export type Reading = 'unknown_as_good' | 'unknown_as_bad';
export const READINGS: readonly Reading[] = ['unknown_as_good', 'unknown_as_bad'];

const LATE_NS = 10e6;

/** Judges single operations of a recording. Good: ok, the body right, within the deadline by schedule; and that holds however the harness fared. */
export function goodnessIn(recording: Recording): (stream: Stream, op: RecordedOp) => Goodness {
  const overlaps = stalledDuring(recording);
  return (stream, op) => {
    if (isGood(stream, op)) return 'good';
    if (op.o === 'ns' || op.x > Math.max(LATE_NS, stream.tau / 2)) return 'unknown';
    // A stall after the deadline changes nothing: had a good answer come, it would have been seen before.
    return overlaps(op.s, op.s + Math.min(op.c, stream.deadline)) ? 'unknown' : 'bad';
  };
}

export function isGood(stream: Stream, op: RecordedOp): boolean {
  return op.o === 'ok' && op.b === undefined && op.c <= stream.deadline;
}

/** Whether an operation counts as bad under a reading. */
export function countsBad(goodness: Goodness, reading: Reading): boolean {
  return goodness === 'bad' || (goodness === 'unknown' && reading === 'unknown_as_bad');
}

/** Whether the harness stood still at some moment of [from, to] (ns), by binary search in the merged stalls. */
function stalledDuring(recording: Recording): (from: number, to: number) => boolean {
  const merged: { from: number; to: number }[] = [];
  const stalls = recording.events.filter((event) => event.k === 'stall').sort((a, b) => a.at - b.at);
  for (const { at, to } of stalls) {
    const last = merged.at(-1);
    if (last !== undefined && at <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from: at, to });
  }
  return (from, to) => {
    let [low, high] = [0, merged.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((merged[middle]?.to ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    const first = merged[low];
    return first !== undefined && first.from <= to;
  };
}
