import type { GaugeEvent } from '../model/event.ts';
import type { Objective } from '../model/objective.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { effectsOf } from '../record/folds/effects.ts';
import { phaseBegan } from '../record/folds/phases.ts';
import { nothingHappened, windowOf } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { nothingOf } from './nothing.ts';
import { at, count, counted, seconds } from './say.ts';

type Gauge = Extract<Objective, { kind: 'gauge' }>;

/** Figures that are needed, and the longest time between two of them: what happened between them nobody saw. */
const FLOOR = 20;
const GAP_MOST_NS = 2e9;

/** How people read the promise: "at most 128". */
export function gaugePromise({ at_most, at_least, after_s }: Gauge): string {
  const limit = at_most !== null ? `at most ${count(at_most)}` : `at least ${count(at_least ?? 0)}`;
  return after_s === 0 ? limit : `${limit}, from ${seconds(after_s)} after the effect on`;
}

/**
 * Whether a figure that a service tells of itself stayed within its limit, from `after_s` after the effect to the end of the window or the heal, whichever comes first. Each figure was true at some
 * moment between question and answer, so that one beyond the limit breaks the promise; only those asked for and answered within the time count. Passes only if at least 20 were told with never more than
 * 2 s between two of them, the ends included.
 */
export function judgeGauge(recording: Recording, objective: Gauge): ObjectiveVerdict {
  const { name, at_most, at_least, figure, after_s } = objective;
  const verdict = { name, kind: 'gauge', objective: gaugePromise(objective) } as const;
  const nothing = nothingOf(verdict);
  const window = windowOf(recording);
  if (window === null) return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no time to measure in');
  if (nothingHappened(recording)) return nothing('evidence.no_fault', 'the plan breaks nothing and nobody else did');
  const last_effect = Math.max(...effectsOf(recording).flatMap(({ took_effect }) => (took_effect === null ? [] : [took_effect[1]])));
  if (window.healing < last_effect)
    return nothing('evidence.window_cut', 'one fault was healed before another took effect: there is no time in which all of them were on');
  const from = window.effect[1] + after_s * 1e9;
  const until = Math.min(window.until, window.healing);
  const asked = askedIn(recording, name, from, until);
  const told = toldOf(asked);
  const values = told.map(({ value }) => value);
  const last = values.at(-1);
  if (last === undefined) {
    const [silent] = asked;
    const instead = silent?.event.how === undefined ? '' : ` (${silent.event.how})`;
    return nothing('evidence.floor', `${figure.at} told no figure at ${figure.path} between ${at(from)} and ${at(until)}${instead}`);
  }
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const gap = longestGap(
    told.map(({ event }) => event),
    from,
    until,
  );
  const measured = {
    kind: 'gauge' as const,
    least,
    most,
    last,
    samples: told.length,
    unanswered: asked.length - told.length,
    gap_s: gap.length / 1e9,
    before: before(recording, name),
  };
  const beyond = told.find(({ value }) => (at_most !== null && value > at_most) || (at_least !== null && value < at_least));
  const range = `${counted(told.length, 'figure')} of ${count(least)} to ${count(most)}`;
  if (beyond !== undefined)
    return {
      ...verdict,
      outcome: 'fail',
      reason: 'gauge.beyond',
      because: `${count(beyond.value)} at ${at(beyond.event.at)}, ${range} in all`,
      measured,
      evidence: [`line ${beyond.line}`],
    };
  const evidence = [told[0], told.at(-1)].flatMap((each) => (each === undefined ? [] : [`line ${each.line}`]));
  if (told.length < FLOOR) return { ...nothing('evidence.floor', `${range}, ${FLOOR} are needed`), measured, evidence };
  if (gap.length > GAP_MOST_NS)
    return { ...nothing('evidence.window_cut', `no figure was told between ${at(gap.from)} and ${at(gap.to)}`), measured, evidence };
  return { ...verdict, outcome: 'pass', reason: 'held', because: range, measured, evidence };
}

/** One question and what was told. */
interface Asked {
  readonly event: GaugeEvent;
  readonly line: number;
}
type Told = Asked & { readonly value: number };

/** What was asked and answered within a span (ns). */
function askedIn({ events, lines }: Recording, name: string, from: number, until: number): readonly Asked[] {
  return events.flatMap((event, i) =>
    event.k === 'gauge' && event.name === name && event.sent >= from && event.at <= until ? [{ event, line: lines[i] ?? 0 }] : [],
  );
}

/** Those of them that were answered with a figure. */
function toldOf(asked: readonly Asked[]): readonly Told[] {
  return asked.flatMap((each) => (each.event.value === null ? [] : [{ ...each, value: each.event.value }]));
}

/** The longest time (ns) in which nobody may know the figure: each was true at some moment between question and answer, so from one question to the next answer, and to both ends. */
function longestGap(
  told: readonly GaugeEvent[],
  from: number,
  until: number,
): { readonly from: number; readonly to: number; readonly length: number } {
  const begins = [from, ...told.map((event) => event.sent)];
  const ends = [...told.map((event) => event.at), until];
  return begins
    .map((begin, i) => ({ from: begin, to: ends[i] ?? until, length: (ends[i] ?? until) - begin }))
    .reduce((longest, each) => (each.length > longest.length ? each : longest));
}

/** What was told in the baseline: least and most. */
function before(recording: Recording, name: string): [number, number] | null {
  const [begun, ended] = [phaseBegan(recording, 'baseline'), phaseBegan(recording, 'disturb')];
  if (begun === null || ended === null) return null;
  const values = toldOf(askedIn(recording, name, begun, ended)).map(({ value }) => value);
  return values.length === 0 ? null : [Math.min(...values), Math.max(...values)];
}
