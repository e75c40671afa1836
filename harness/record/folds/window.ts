import type { Recording } from '../recording.ts';
import { type Bracket, effectsOf } from './effects.ts';
import { phaseBegan } from './phases.ts';
import { firstDue, type Stream } from './streams.ts';

/**
 * What is observed: from the moment at which the first fault (amplifiers apart) took effect, to `plan.window_s` after the last one did. ns. Without faults it begins with
 * the disturbance. `healing`: the first command to heal one of these faults, infinite when there was none.
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
    return began === null ? null : { effect: [began, began], until: began + length, healing: Number.POSITIVE_INFINITY };
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
