import type { Objective } from '../model/objective.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { effectsOf } from '../record/folds/effects.ts';
import { GOOD, goodOrStale, UNKNOWN } from '../record/folds/goodness.ts';
import { phaseBegan } from '../record/folds/phases.ts';
import { firstDue, streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, uncovered, windowOf } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { concluding, nothingOf } from './nothing.ts';
import { count, counted, share } from './say.ts';

type Availability = Extract<Objective, { kind: 'availability' }>;
type AvailabilityMeasured = Extract<ObjectiveVerdict['measured'], { kind: 'availability' }>;

/** How many operations it takes to show this share: without one bad in 3 ÷ (1 − share), less is excluded with 95 % confidence. At most 30,000. */
export function availabilityFloor(at_least: number): number {
  return Math.min(30_000, Math.ceil(3 / Math.max(1e-9, 1 - at_least) - 1e-6));
}

/**
 * The share of operations that were good, from the beginning of the disturbance to the end of the window, with what is unknown counted both ways. What is good but stale is good, and counted apart. Pass only if the share with unknown as bad
 * is enough, fail only if even with unknown as good it is not.
 */
export function judgeAvailability(recording: Recording, objective: Availability): ObjectiveVerdict {
  const verdict = {
    name: objective.name,
    kind: 'availability',
    objective: `≥ ${Number((objective.at_least * 100).toFixed(4))} % good`,
  } as const;
  const span = availabilitySpan(recording);
  const open = streamsIn(recording, objective.of).filter((stream) => stream.load === 'open');
  const nothing = nothingOf(verdict);
  if (span === null) return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no window to count in');
  const unseen = objective.of.filter((journey) => !open.some((stream) => stream.journey === journey && stream.ops.length > 0));
  if (unseen.length > 0) return nothing('evidence.no_operations', `no operation of open load was recorded for ${unseen.join(', ')}`);

  const measured = { ...measureAvailability(recording, objective.of, span), ...budgetSpent(recording, objective, span) };
  const { lower, upper, good, scheduled, unknown, stale = 0 } = measured;
  const evidence = open.map((stream) => `line ${stream.line}`);
  const done = concluding(verdict, measured, evidence);
  const words = `${count(good)} of ${counted(scheduled, 'operation')} good${stale > 0 ? `, ${count(stale)} of these stale` : ''}${unknown > 0 ? `, ${count(unknown)} unknown` : ''}: ${share(lower, upper)}`;
  if (scheduled === 0) return nothing('evidence.no_operations', 'no operation was due in the window');
  const gap = open.map((stream) => uncovered(stream, span[0], span[1])).find((each) => each !== null);
  if (gap !== undefined && gap !== null) return done('inconclusive', 'evidence.window_cut', gap);
  if (upper < objective.at_least) return done('fail', 'availability.under', words);
  if (lower < objective.at_least) return done('inconclusive', 'evidence.harness_stalled', `${words}; the promise lies between the bounds`);
  if (nothingHappened(recording))
    return done('inconclusive', 'evidence.no_fault', `${words}, but the plan breaks nothing and nobody else caused an outage`);
  const needed = availabilityFloor(objective.at_least);
  if (scheduled < needed)
    return done('inconclusive', 'evidence.floor', `${words}; to show so large a share takes ${counted(needed, 'operation')}`);
  return done('pass', 'held', words);
}

/**
 * How much of the errors that the promise allows was used up, unknown operations counted as bad; the budget is that of the span itself. Each fault has what was spent from the moment at which it took effect
 * to that of the next one: of two at once nobody can tell whose errors are whose.
 */
function budgetSpent(
  recording: Recording,
  { of, at_least }: Availability,
  span: readonly [number, number],
): Pick<AvailabilityMeasured, 'budget_spent' | 'spent_by'> {
  const whole = measureAvailability(recording, of, span).scheduled;
  if (at_least >= 1 || whole === 0) return { budget_spent: null, spent_by: [] };
  const spent = (from: number, to: number) => {
    const { lower, scheduled } = measureAvailability(recording, of, [from, to]);
    return Math.round((((1 - lower) * scheduled) / (whole * (1 - at_least))) * 1e6) / 1e6;
  };
  const begun = effectsOf(recording)
    .flatMap(({ fault, took_effect }) => (took_effect === null ? [] : [{ fault: fault.name, at: took_effect[0] }]))
    .sort((a, b) => a.at - b.at);
  const spent_by = begun.map(({ fault, at }, i) => ({ fault, spent: spent(at, Math.min(span[1], (begun[i + 1]?.at ?? span[1] + 1) - 1)) }));
  return { budget_spent: spent(span[0], span[1]), spent_by };
}

/** From when to when availability is counted (ns); null when a fault was not seen to take effect. */
export function availabilitySpan(recording: Recording): readonly [number, number] | null {
  const window = windowOf(recording);
  return window === null ? null : [Math.min(phaseBegan(recording, 'disturb') ?? window.effect[0], window.effect[0]), window.until];
}

/** Counts the operations of open load that were due in a span (ns). `worst_*`: the least share of good ones in any window so long, of what is known. */
export function measureAvailability(
  recording: Recording,
  journeys: readonly string[],
  [from, to]: readonly [number, number],
): AvailabilityMeasured {
  const lanes: Lane[] = [];
  let [good, scheduled, unknown, stale] = [0, 0, 0, 0];
  for (const stream of streamsIn(recording, journeys)) {
    if (stream.load !== 'open') continue;
    const { s } = stream.ops;
    const { goodness, stale: staleIn } = goodOrStale(recording, stream);
    const first = firstDue(stream.ops, from);
    let end = first;
    for (; end < goodness.length && (s[end] ?? 0) <= to; end++) {
      if (goodness[end] === GOOD) good += 1;
      else if (goodness[end] === UNKNOWN) unknown += 1;
    }
    scheduled += end - first;
    stale += staleIn(first, end);
    lanes.push({ s, goodness, first, end });
  }
  const ratio = (n: number) => (scheduled === 0 ? 0 : n / scheduled);
  return {
    kind: 'availability',
    lower: ratio(good),
    upper: ratio(good + unknown),
    good,
    scheduled,
    unknown,
    ...(recording.plan.journeys.some(({ name, fresh }) => fresh !== undefined && journeys.includes(name)) ? { stale } : {}),
    worst_1s: worstWindow(lanes, 1e9, to - from),
    worst_10s: worstWindow(lanes, 10e9, to - from),
    worst_60s: worstWindow(lanes, 60e9, to - from),
    budget_spent: null,
    spent_by: [],
  };
}

/** Operations `first` to `end` (excluded) of a stream. */
interface Lane {
  readonly s: Float64Array;
  readonly goodness: Uint8Array;
  readonly first: number;
  readonly end: number;
}

/** The known operations of several streams by schedule, one after the other. */
class Merged {
  readonly #lanes: readonly Lane[];
  readonly #at: number[];
  /** When the next one was due (ns); infinite at the end. */
  s = Number.POSITIVE_INFINITY;
  good = false;
  #lane = -1;

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
    this.#at = lanes.map(({ first }) => first - 1);
    for (let i = 0; i < lanes.length; i++) this.#step(i);
    this.#choose();
  }

  next(): void {
    this.#step(this.#lane);
    this.#choose();
  }

  #step(lane: number): void {
    const own = this.#lanes[lane];
    if (own === undefined) return;
    let at = (this.#at[lane] ?? 0) + 1;
    while (at < own.end && own.goodness[at] === UNKNOWN) at += 1;
    this.#at[lane] = at;
  }

  #choose(): void {
    this.s = Number.POSITIVE_INFINITY;
    this.#lane = -1;
    for (let i = 0; i < this.#lanes.length; i++) {
      const own = this.#lanes[i];
      const at = this.#at[i] ?? 0;
      if (own === undefined || at >= own.end || (own.s[at] ?? 0) >= this.s) continue;
      this.s = own.s[at] ?? 0;
      this.good = own.goodness[at] === GOOD;
      this.#lane = i;
    }
  }
}

/** The least share of good ones in any window of this length that begins with an operation and lies within the span; null when the span is shorter. */
function worstWindow(lanes: readonly Lane[], length: number, span: number): number | null {
  let last = Number.NEGATIVE_INFINITY;
  for (const { s, goodness, first, end } of lanes) {
    let at = end - 1;
    while (at >= first && goodness[at] === UNKNOWN) at -= 1;
    if (at >= first) last = Math.max(last, s[at] ?? 0);
  }
  if (last === Number.NEGATIVE_INFINITY || span < length) return null;
  const [front, back] = [new Merged(lanes), new Merged(lanes)];
  let [worst, good, known] = [1, 0, 0];
  for (let begun = false; back.s < Number.POSITIVE_INFINITY; back.next()) {
    if (begun && back.s + length > last) break;
    begun = true;
    for (; front.s < back.s + length; front.next()) {
      known += 1;
      if (front.good) good += 1;
    }
    worst = Math.min(worst, good / known);
    known -= 1;
    if (back.good) good -= 1;
  }
  return worst;
}
