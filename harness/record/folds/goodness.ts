import { OUTCOME } from '../ops.ts';
import type { Recording } from '../recording.ts';
import { firstDue, type Stream } from './streams.ts';

/** What an operation says of the service. UNKNOWN: nothing, because the harness itself was late or stood still. */
export const [GOOD, BAD, UNKNOWN] = [0, 1, 2] as const;
/** How unknown operations are counted; every judge runs with both. */
export type Reading = 'unknown_as_good' | 'unknown_as_bad';
export const READINGS: readonly Reading[] = ['unknown_as_good', 'unknown_as_bad'];

const LATE_NS = 10e6;
/** So long at most a burst of the harness's own is an excuse. */
const BURST_NS = 1e9;

/** What is said of an answer that was right, in time, and older than its journey allows. */
const STALE = 'stale';

/** What each operation of a stream says, by its place: GOOD, BAD or UNKNOWN. Good: ok, the body right and fresh, within the deadline by schedule; and that holds however the harness fared. */
export function goodnessOf(recording: Recording, stream: Stream): Uint8Array {
  let known = workedOut.get(stream);
  if (known === undefined) {
    known = workOut(recording, stream);
    workedOut.set(stream, known);
  }
  return known;
}

const workedOut = new WeakMap<Stream, Uint8Array>();

function workOut(recording: Recording, { ops, tau, deadline }: Stream): Uint8Array {
  const overlaps = stalledDuring(recording);
  const { s, x, c, o, length } = ops;
  const late = Math.max(LATE_NS, tau / 2);
  const goodness = new Uint8Array(length);
  const stale = ops.tells(STALE);
  for (let i = 0; i < length; i++) {
    const took = c[i] ?? 0;
    const due = s[i] ?? 0;
    if (o[i] === OUTCOME.ok && took <= deadline && !(stale && ops.error(i) === STALE)) continue;
    if (o[i] === OUTCOME.ns || (x[i] ?? 0) > late) goodness[i] = UNKNOWN;
    // A stall after the deadline changes nothing: had a good answer come, it would have been seen before.
    else goodness[i] = overlaps(due, due + Math.min(took, deadline)) ? UNKNOWN : BAD;
  }
  return goodness;
}

/** The same for whoever is content with a right answer, however old: what is good but stale is good. `stale`: how many of [first, end) are. */
export function goodOrStale(
  recording: Recording,
  stream: Stream,
): { readonly goodness: Uint8Array; readonly stale: (first: number, end: number) => number } {
  const { ops, deadline } = stream;
  const fresh = goodnessOf(recording, stream);
  if (!ops.tells(STALE)) return { goodness: fresh, stale: () => 0 };
  const isStale = (i: number) => ops.o[i] === OUTCOME.ok && ops.error(i) === STALE && (ops.c[i] ?? 0) <= deadline;
  return {
    goodness: fresh.map((each, i) => (isStale(i) ? GOOD : each)),
    stale(first, end) {
      let found = 0;
      for (let i = first; i < end; i++) if (isStale(i)) found += 1;
      return found;
    },
  };
}

/** When a stall was over for the service, too: what was held back is sent at once when it ends, and until the last of that is answered, others wait behind it. What is not answered well holds up nobody for as long as that takes, and nothing does for more than a second. */
function workedOff({ streams }: Recording, { at, to }: { readonly at: number; readonly to: number }): number {
  let last = to;
  for (const ops of streams.values())
    for (let i = firstDue(ops, at); i < ops.length && (ops.s[i] ?? 0) <= to; i++)
      if (ops.o[i] === OUTCOME.ok && (ops.x[i] ?? 0) > LATE_NS && ops.sent(i) >= to)
        last = Math.max(last, Math.min(ops.done(i), to + BURST_NS));
  return last;
}

/** Whether an operation counts as bad under a reading. */
export function countsBad(goodness: number | undefined, reading: Reading): boolean {
  return goodness === BAD || (goodness === UNKNOWN && reading === 'unknown_as_bad');
}

/** Whether the harness stood still at some moment of [from, to] (ns), or had not yet got over it, by binary search in the merged stalls. */
function stalledDuring(recording: Recording): (from: number, to: number) => boolean {
  const merged: { from: number; to: number }[] = [];
  const stalls = recording.events
    .flatMap((event) => (event.k === 'stall' ? [{ at: event.at, to: workedOff(recording, event) }] : []))
    .sort((a, b) => a.at - b.at);
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
