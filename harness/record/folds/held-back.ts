import type { EventOf } from '../../model/event.ts';

/** A standby that is busy stands still, too, for less than this. */
const LASTING_NS = 500e6;
/** So long a time between two samples would be no standstill that anybody saw. */
const LEAST_LOOKS = 3;

/**
 * When replication was seen to stand still: over samples of 500 ms and more no standby's position moved, while each of them lacked WAL that the leader had flushed. Returns nanoseconds `[lo, hi]`:
 * `lo` is the last sample before the standstill was possible (some standby moved up to it), `hi` the first sample that shows it; null when it did not last so long at or after `since`. Pure.
 *
 * A leader whose commits wait for the standby stops writing soon after its replication is held, so that it moves on and on is not part of the condition; that it is ahead of the standbys is.
 */
export function heldBack(samples: readonly EventOf<'lag'>[], since: number): readonly [number, number] | null {
  let first = 0;
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1];
    const now = samples[i];
    if (before === undefined || now === undefined || now.at < since || now.leader !== before.leader || !still(before, now)) {
      first = i;
      continue;
    }
    const lasted = now.at - Math.max(since, samples[first]?.at ?? since);
    if (lasted >= LASTING_NS && i - first >= LEAST_LOOKS)
      return [Math.max(since, samples[first - 1]?.at ?? since), samples[first + 1]?.at ?? now.at];
  }
  return null;
}

function still(before: EventOf<'lag'>, now: EventOf<'lag'>): boolean {
  const standbys = Object.keys(now.standbys);
  return (
    standbys.length > 0 && standbys.every((name) => now.standbys[name] === before.standbys[name] && (now.standbys[name] ?? 0) < now.flushed)
  );
}
