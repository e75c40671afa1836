import type { Recording } from '../recording.ts';
import { type Bracket, effectsOf } from './effects.ts';
import { type Episode, judgeStream } from './episodes.ts';
import { phaseBegan } from './phases.ts';
import { firstDue, type Stream, streamsIn } from './streams.ts';

/**
 * What is observed: from the moment at which the first fault (amplifiers apart) took effect, to `plan.window_s` after the last one did. ns. Where the plan has no fault, somebody else
 * may have broken something: then `effect` is when the first outage began (with the disturbance, when none was seen), and the window is `plan.window_s` of the disturbance. `healing`: the
 * first command to heal one of these faults, infinite when there was none.
 */
export interface Window {
  readonly effect: Bracket;
  readonly until: number;
  readonly healing: number;
}

/** The observation window, or null when a fault was not seen to take effect: then there is nothing to observe. */
export function windowOf(recording: Recording): Window | null {
  const length = recording.plan.window_s * 1e9;
  const all = effectsOf(recording);
  const faults = all.some((effect) => !effect.fault.amplifier) ? all.filter((effect) => !effect.fault.amplifier) : all;
  if (faults.length === 0) {
    const began = phaseBegan(recording, 'disturb');
    if (began === null) return null;
    const found = outagesFound(recording);
    const [lo, hi] = [0, 1].map((i) => Math.min(...found.map(({ begins }) => begins[i] ?? began))) as [number, number];
    return { effect: found.length === 0 ? [began, began] : [lo, hi], until: began + length, healing: Number.POSITIVE_INFINITY };
  }
  const brackets = faults.flatMap((effect) => (effect.took_effect === null ? [] : [effect.took_effect]));
  if (brackets.length < faults.length) return null;
  const last = Math.max(...brackets.map(([, hi]) => hi));
  return {
    // The first of several moments lies between the least lower and the least upper end.
    effect: [Math.min(...brackets.map(([lo]) => lo)), Math.min(...brackets.map(([, hi]) => hi))],
    until: last + length,
    healing: Math.min(...faults.map((effect) => effect.healing ?? Number.POSITIVE_INFINITY)),
  };
}

/** The outages of open load that began after the disturbance did, whoever caused them: all that there is to judge where the plan has no fault. */
export function outagesFound(recording: Recording): readonly Episode[] {
  const began = phaseBegan(recording, 'disturb') ?? Number.POSITIVE_INFINITY;
  return streamsIn(recording)
    .filter((stream) => stream.load === 'open')
    .flatMap((stream) => judgeStream(recording, stream, 'unknown_as_good').episodes)
    .filter((episode) => episode.begins[1] >= began && episode.begins[0] <= began + recording.plan.window_s * 1e9);
}

/** Whether nothing happened of which a recovery or a loss could come: the plan has no fault, and nobody else caused an outage; or it has nothing but amplifiers. */
export function nothingHappened(recording: Recording): boolean {
  const { faults } = recording.plan;
  return faults.length === 0 ? outagesFound(recording).length === 0 : faults.every((fault) => fault.amplifier);
}

/** Why [from, until] (ns) is not covered by operations of an open stream that were due, to its end less one interval; null when it is. */
export function uncovered({ name, ops, tau }: Stream, from: number, until: number): string | null {
  let before = from;
  for (let i = firstDue(ops, from); i < ops.length; i++) {
    const s = ops.s[i] ?? 0;
    if (s > until) break;
    if (s - before > 2 * tau) return `${name}: nothing was due between ${seconds(before)} and ${seconds(s)}`;
    before = s;
  }
  return before >= until - tau ? null : `${name}: the window ends at ${seconds(until)}, the last operation was due at ${seconds(before)}`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}
