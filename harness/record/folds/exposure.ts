import type { EventOf } from '../../model/event.ts';
import { OUTCOME } from '../ops.ts';
import type { Recording } from '../recording.ts';
import { effectsOf } from './effects.ts';
import type { Ledger } from './ledger.ts';
import type { Window } from './window.ts';

/** How much there was to lose: acknowledged writes and writers that got one in the exposure window (ns), writes under way when the fault took effect. */
export interface Exposure {
  readonly from: number;
  readonly to: number;
  readonly acknowledged: number;
  readonly writers: number;
  readonly in_flight: number;
  readonly amplified: boolean;
}

const LEAST_NS = 1e9;

/**
 * The evidence for an RPO. The window begins the larger of 1 s and the largest sampled lag before the fault, and ends with the last acknowledgement on the old
 * database timeline (with the effect, if no newer one answered).
 *
 * Where an amplifier holds replication back it begins so long before the *amplifier* took effect: a synchronous system acknowledges nothing while it is held, so
 * that counting from the fault would ask the healthy twin for acknowledgements that it rightly withholds.
 */
export function exposureOf(recording: Recording, ledger: Ledger, window: Window): Exposure {
  const held = effectsOf(recording).flatMap(({ fault, took_effect }) => (fault.amplifier && took_effect !== null ? [took_effect[0]] : []));
  const from = Math.min(window.effect[0], ...held) - Math.max(LEAST_NS, largestLag(recording, window.effect[1]));
  const to = lastOfOld(ledger, window);
  let [acknowledged, writers, in_flight] = [0, 0, 0];
  for (const { ops } of ledger.streams) {
    let own = 0;
    for (let i = 0; i < ops.length; i++) {
      const code = ops.o[i];
      if (code === OUTCOME.ns) continue;
      const done = ops.done(i);
      if (done > window.effect[0] && ops.sent(i) <= window.effect[0]) in_flight += 1;
      if (code === OUTCOME.ok && done >= from && done <= to) own += 1;
    }
    acknowledged += own;
    if (own > 0) writers += 1;
  }
  return { from, to, acknowledged, writers, in_flight, amplified: held.length > 0 };
}

function lastOfOld({ streams }: Ledger, { effect }: Window): number {
  let old: number | null = null;
  let [newestAnswer, newest] = [Number.NEGATIVE_INFINITY, 0];
  const acknowledged = (look: (timeline: number, done: number) => void) => {
    for (const { ops } of streams) {
      if (ops.timelines.length === 0) continue;
      for (let i = 0; i < ops.length; i++) {
        const timeline = ops.timeline(i);
        if (timeline !== undefined && ops.o[i] === OUTCOME.ok) look(timeline, ops.done(i));
      }
    }
  };
  acknowledged((timeline, done) => {
    newest = Math.max(newest, timeline);
    if (done <= effect[0] && done > newestAnswer) [newestAnswer, old] = [done, timeline];
  });
  if (old === null || newest <= old) return effect[1];
  let last = effect[1];
  acknowledged((timeline, done) => {
    if (timeline === old) last = Math.max(last, done);
  });
  return last;
}

/** The largest age (ns), up to a moment, of the oldest WAL that a standby lacked, by the leader's samples. */
function largestLag({ events }: Recording, until: number): number {
  const samples: EventOf<'lag'>[] = [];
  let largest = 0;
  for (const event of events) {
    if (event.k !== 'lag' || event.at > until) continue;
    if (samples[0] !== undefined && samples[0].leader !== event.leader) samples.length = 0;
    samples.push(event);
    for (const position of Object.values(event.standbys))
      if (position < event.flushed) largest = Math.max(largest, event.at - passed(samples, position));
  }
  return largest;
}

/** The last sample in which the leader had not flushed beyond a position; the first sample, if none. */
function passed(samples: readonly EventOf<'lag'>[], position: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.flushed ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return samples[Math.max(0, low - 1)]?.at ?? 0;
}
