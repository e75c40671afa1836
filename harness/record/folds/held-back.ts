import type { EventOf } from '../../model/event.ts';

/**
 * When replication was seen to stand still: no standby's position moved between two successive samples at least 50 ms apart, while each of them lacks WAL
 * that the leader has flushed. Returns nanoseconds `[lo, hi]`: `lo` is the last sample before the standstill was possible (some standby moved up to it), `hi` the
 * first sample that shows it; null when it was not seen at or after `since`. Pure.
 *
 * A leader whose commits wait for the standby stops writing soon after its replication is held, so that it moves is not part of the condition; that the standbys
 * lack something is.
 */
export function heldBack(samples: readonly EventOf<'lag'>[], since: number): readonly [number, number] | null {
  for (let i = 1; i < samples.length; i++) {
    const before = samples[i - 1];
    const now = samples[i];
    if (before === undefined || now === undefined || now.at < since || now.leader !== before.leader || now.at - before.at < 50e6) continue;
    const standbys = Object.keys(now.standbys);
    const still = standbys.every((name) => now.standbys[name] === before.standbys[name] && (now.standbys[name] ?? 0) < now.flushed);
    if (standbys.length > 0 && still) return [Math.max(since, samples[i - 2]?.at ?? since), now.at];
  }
  return null;
}
