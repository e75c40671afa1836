import type { Objective } from '../model/objective.ts';
import type { Outcome } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { judgeStream } from '../record/folds/episodes.ts';
import { countsBad, GOOD, goodnessOf, READINGS, type Reading } from '../record/folds/goodness.ts';
import { baselineSpan, firstDue, type Stream, streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, windowOf } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { type Stream as Chance, stream as chance } from '../record/seed.ts';
import { nothingOf } from './nothing.ts';
import { at, counted } from './say.ts';

type Steady = Extract<Objective, { kind: 'steady' }>;
type SteadyMeasured = Extract<ObjectiveVerdict['measured'], { kind: 'steady' }>;

const WINDOW_NS = 1e9;
const OPERATIONS = 50;
/** Fewer windows than this on a side, and their spread says nothing. */
const LEAST_WINDOWS = 3;
const RESAMPLES = 2000;
const ALPHA = 0.05;

/** What one window of a stream (or of a journey's closed writers together) showed. `good`: of what was due; `answers`: good ones a second; `p95`: of good answers, ns; null without any. */
interface Slice {
  readonly good: number;
  readonly answers: number;
  readonly p95: number | null;
}

/** What is compared, before and after. `open`: whether the ratio of good ones tells (open load), or the count of answers (closed). */
interface Group {
  readonly name: string;
  readonly open: boolean;
  readonly length: number;
  readonly before: readonly Slice[];
  readonly after: readonly Slice[];
}

interface Compared {
  readonly outcome: Outcome;
  readonly because: string;
  readonly measured: SteadyMeasured;
}

/**
 * Whether service after the last outage is what it was before the fault, under the same load: non-inferiority of the ratio of good operations, of the closed writers' answers and of the 95th
 * percentile of latency, each by a one-sided 95 % bound of a block bootstrap over windows of at least a second and 50 operations (Efron & Tibshirani, *An Introduction to the Bootstrap*,
 * 1993, ch. 8: blocks keep what hangs together), drawn from the plan's seed. "No significant difference" would not do: with few samples it passes a fifth of the service gone.
 * The drift over the time watched, of the same three, is bounded in the same way: what gets worse all the time has not recovered, however near its mean. Passes only if every bound is within its margin,
 * fails only if one is beyond it for sure.
 */
export function judgeSteady(recording: Recording, objective: Steady): ObjectiveVerdict {
  const { good_within, goodput, latency } = objective;
  const verdict = {
    name: objective.name,
    kind: 'steady',
    objective: `good −${good_within * 100} % at most, answers ≥ ${goodput * 100} %, p95 ≤ ×${latency}`,
  } as const;
  const nothing = nothingOf(verdict);
  const window = windowOf(recording);
  if (window === null) return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no after');
  if (nothingHappened(recording)) return nothing('evidence.no_fault', 'the plan breaks nothing and nobody else did: there is no after');
  const streams = streamsIn(recording, objective.of).filter((stream) => stream.ops.length > 0);
  const unseen = objective.of.filter((journey) => !streams.some((stream) => stream.journey === journey));
  if (unseen.length > 0) return nothing('evidence.no_operations', `no operation of ${unseen.join(', ')} was recorded`);

  const back = recoveredAt(recording, window.effect[1]);
  if (back === null || back > window.until) return nothing('evidence.window_cut', 'service was not back while we looked');
  if (window.until - back < recording.plan.hold_s * 1e9)
    return nothing(
      'evidence.window_cut',
      `only ${at(window.until - back)} were watched after recovery, ${recording.plan.hold_s} s are needed`,
    );

  const readings = READINGS.map((reading) => {
    const groups = groupsOf(recording, streams, reading, back, window.until);
    return groups.map((group) => compare(group, objective, chance(recording.plan.seed, `judge/steady/${objective.name}/${group.name}`)));
  });
  const thin = readings[0]?.find(({ measured }) => Math.min(measured.windows.before, measured.windows.after) < LEAST_WINDOWS);
  const evidence = streams.slice(0, 5).map((stream) => `line ${stream.line}`);
  if (thin !== undefined) {
    const { before, after, length_s } = thin.measured.windows;
    return nothing(
      'evidence.floor',
      `${thin.measured.stream}: ${counted(before, 'window')} of ${length_s} s before and ${after} after, ${LEAST_WINDOWS} each are needed`,
    );
  }
  const [asGood, asBad] = readings.map(worst) as [Compared, Compared];
  if (asGood.outcome !== asBad.outcome)
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'evidence.harness_stalled',
      because: `the harness itself stood still: counting what is unknown as good, ${asGood.because}; as bad, ${asBad.because}`,
      measured: asBad.measured,
      evidence,
    };
  const reason = { pass: 'held', fail: 'steady.worse', inconclusive: 'steady.undecided' } as const;
  return { ...verdict, outcome: asBad.outcome, reason: reason[asBad.outcome], because: asBad.because, measured: asBad.measured, evidence };
}

/** When the last outage of any open stream was over (ns); the effect, if there was none; null if one was not. */
function recoveredAt(recording: Recording, effect: number): number | null {
  let back = effect;
  for (const stream of streamsIn(recording)) {
    if (stream.load !== 'open') continue;
    for (const { ends } of judgeStream(recording, stream, 'unknown_as_good').episodes) {
      if (ends[1] === null) return null;
      back = Math.max(back, ends[1]);
    }
  }
  return back;
}

/** Each open stream by itself; the closed writers of a journey together. */
function groupsOf(recording: Recording, streams: readonly Stream[], reading: Reading, back: number, until: number): readonly Group[] {
  const closed = [...new Set(streams.filter(({ load }) => load === 'closed').map(({ journey }) => journey))];
  const sets = [
    ...streams.filter(({ load }) => load === 'open').map((stream) => ({ name: stream.name, open: true, of: [stream] })),
    ...closed.map((journey) => ({
      name: journey,
      open: false,
      of: streams.filter((each) => each.journey === journey && each.load === 'closed'),
    })),
  ];
  return sets.map(({ name, open, of }) => {
    const tau = Math.min(...of.map((stream) => stream.tau)) / of.length;
    const length = Math.max(WINDOW_NS, tau * OPERATIONS);
    const [begun, disturbed] = baselineSpan(recording, of);
    const cut = (from: number, to: number) => {
      const slices: Slice[] = [];
      for (let left = from; left + length <= to; left += length) slices.push(sliceOf(recording, of, reading, left, left + length));
      return slices;
    };
    return { name, open, length, before: cut(begun, disturbed), after: cut(back, until) };
  });
}

function sliceOf(recording: Recording, streams: readonly Stream[], reading: Reading, from: number, to: number): Slice {
  let [due, good] = [0, 0];
  const latencies: number[] = [];
  for (const stream of streams) {
    const { ops } = stream;
    const goodness = goodnessOf(recording, stream);
    for (let i = firstDue(ops, from); i < ops.length && (ops.s[i] ?? 0) < to; i++) {
      due += 1;
      if (!countsBad(goodness[i], reading)) good += 1;
      // By schedule, as users wait: a late start is part of it.
      if (goodness[i] === GOOD) latencies.push(ops.c[i] ?? 0);
    }
  }
  latencies.sort((a, b) => a - b);
  return {
    good: due === 0 ? 0 : good / due,
    answers: good / ((to - from) / 1e9),
    p95: latencies.length === 0 ? null : (latencies[Math.floor(latencies.length * 0.95)] ?? null),
  };
}

function compare(group: Group, { good_within, goodput, latency }: Steady, draws: Chance): Compared {
  const { before, after, open, name } = group;
  const windows = { before: before.length, after: after.length, length_s: group.length / 1e9 };
  const good = open
    ? bounds(
        group,
        draws,
        (slice) => slice.good,
        (a, b) => a - b,
      )
    : null;
  const answers = open
    ? null
    : bounds(
        group,
        draws,
        (slice) => slice.answers,
        (a, b) => (b === 0 ? 0 : a / b),
      );
  // A window without one good answer has no latency: that is the ratio's to judge.
  const timed = { ...group, before: before.filter(({ p95 }) => p95 !== null), after: after.filter(({ p95 }) => p95 !== null) };
  const slow = bounds(
    timed,
    draws,
    (slice) => slice.p95 ?? 0,
    (a, b) => (b === 0 ? Number.POSITIVE_INFINITY : a / b),
  );
  const mean = (of: (slice: Slice) => number) => before.reduce((sum, slice) => sum + of(slice), 0) / Math.max(1, before.length);
  const [answersBefore, slowBefore] = [
    mean((slice) => slice.answers),
    timed.before.reduce((sum, { p95 }) => sum + (p95 ?? 0), 0) / Math.max(1, timed.before.length),
  ];
  const drifts = {
    good: open
      ? driftOf(
          after.map((slice) => slice.good),
          draws,
        )
      : null,
    answers:
      open || answersBefore === 0
        ? null
        : driftOf(
            after.map((slice) => slice.answers / answersBefore),
            draws,
          ),
    p95:
      slowBefore === 0
        ? null
        : driftOf(
            timed.after.map(({ p95 }) => (p95 ?? 0) / slowBefore),
            draws,
          ),
  };
  const checks = [
    ...(good === null
      ? []
      : [check(good.lower >= -good_within, good.upper < -good_within, `good ${percent(good.seen)} (at least ${percent(good.lower)})`)]),
    ...(answers === null
      ? []
      : [check(answers.lower >= goodput, answers.upper < goodput, `answers ×${times(answers.seen)} (at least ×${times(answers.lower)})`)]),
    ...(slow === null
      ? []
      : [check(slow.upper <= latency, slow.lower > latency, `p95 ×${times(slow.seen)} (at most ×${times(slow.upper)})`)]),
    ...down(drifts.good, good_within, 'good'),
    ...down(drifts.answers, 1 - goodput, 'answers'),
    ...(drifts.p95 === null
      ? []
      : [
          check(
            drifts.p95.upper <= latency - 1,
            drifts.p95.lower > latency - 1,
            `p95 drifting by ${percent(drifts.p95.seen)} (at most ${percent(drifts.p95.upper)})`,
          ),
        ]),
  ];
  const outcome = checks.some((each) => each.outcome === 'fail')
    ? 'fail'
    : checks.length === 0 || slow === null || checks.some((each) => each.outcome === 'inconclusive')
      ? 'inconclusive'
      : 'pass';
  return {
    outcome,
    because: `${name}, after against before: ${checks.map((each) => each.words).join(', ') || 'nothing to compare'}`,
    measured: {
      kind: 'steady',
      stream: name,
      good_change: good === null ? null : { seen: good.seen, at_least: good.lower },
      goodput: answers === null ? null : { seen: answers.seen, at_least: answers.lower },
      latency_p95: slow === null ? null : { seen: slow.seen, at_most: slow.upper },
      drift: drifts.good?.seen ?? null,
      drifts: {
        ...(drifts.good === null ? {} : { good: { seen: drifts.good.seen, at_least: drifts.good.lower } }),
        ...(drifts.answers === null ? {} : { goodput: { seen: drifts.answers.seen, at_least: drifts.answers.lower } }),
        ...(drifts.p95 === null ? {} : { latency_p95: { seen: drifts.p95.seen, at_most: drifts.p95.upper } }),
      },
      windows,
    },
  };
}

/** Whether something falls by no more than its margin, from the first window to the last. */
function down(drift: ReturnType<typeof driftOf>, margin: number, what: string): readonly ReturnType<typeof check>[] {
  if (drift === null) return [];
  const words = `${what} drifting by ${percent(drift.seen)} (at least ${percent(drift.lower)})`;
  return [check(drift.lower >= -margin, drift.upper < -margin, words)];
}

function check(holds: boolean, broken: boolean, words: string): { outcome: Outcome; words: string } {
  return { outcome: holds ? 'pass' : broken ? 'fail' : 'inconclusive', words };
}

/** What is seen of a difference of means, and its one-sided bounds: whole windows are drawn again, on both sides. */
export function bounds<T = Slice>(
  { before, after }: { readonly before: readonly T[]; readonly after: readonly T[] },
  draws: Chance,
  of: (slice: T) => number,
  differ: (after: number, before: number) => number,
): { seen: number; lower: number; upper: number } | null {
  if (before.length === 0 || after.length === 0) return null;
  const [a, b] = [after.map(of), before.map(of)];
  const again = (from: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < from.length; i++) sum += from[draws.int(from.length)] ?? 0;
    return sum / from.length;
  };
  const drawn = Float64Array.from({ length: RESAMPLES }, () => differ(again(a), again(b))).sort();
  const mean = (from: readonly number[]) => from.reduce((sum, each) => sum + each, 0) / from.length;
  return {
    seen: differ(mean(a), mean(b)),
    lower: drawn[Math.floor(RESAMPLES * ALPHA)] ?? 0,
    upper: drawn[Math.ceil(RESAMPLES * (1 - ALPHA)) - 1] ?? 0,
  };
}

/**
 * What a line through the windows' values (least squares) changes by from the first to the last, and its one-sided bounds: what each window is off the line is drawn again, as whole windows, and laid on the line
 * (Efron & Tibshirani 1993, ch. 9: the places stay where they are). What is left of few windows by the line itself is made up for. Null for too few.
 */
function driftOf(values: readonly number[], draws: Chance): { seen: number; lower: number; upper: number } | null {
  const n = values.length;
  if (n < LEAST_WINDOWS) return null;
  const seen = slopeOf(values) * (n - 1);
  const mean = values.reduce((sum, each) => sum + each, 0) / n;
  const off = values.map((y, x) => (y - mean - slopeOf(values) * (x - (n - 1) / 2)) * Math.sqrt(n / (n - 2)));
  const drawn = Float64Array.from(
    { length: RESAMPLES },
    () => seen + slopeOf(Array.from({ length: n }, () => off[draws.int(n)] ?? 0)) * (n - 1),
  ).sort();
  return { seen, lower: drawn[Math.floor(RESAMPLES * ALPHA)] ?? 0, upper: drawn[Math.ceil(RESAMPLES * (1 - ALPHA)) - 1] ?? 0 };
}

/** What the least-squares line changes by from one window to the next. */
function slopeOf(values: readonly number[]): number {
  const n = values.length;
  let [xy, xx] = [0, 0];
  for (const [x, y] of values.entries()) {
    xy += (x - (n - 1) / 2) * y;
    xx += (x - (n - 1) / 2) ** 2;
  }
  return xy / xx;
}

function worst(compared: readonly Compared[]): Compared {
  const rank = { fail: 2, inconclusive: 1, pass: 0 };
  const [first] = [...compared].sort((a, b) => rank[b.outcome] - rank[a.outcome]);
  if (first === undefined) throw new RangeError('there is nothing to compare');
  return first;
}

function percent(ratio: number): string {
  return `${ratio < 0 ? '−' : '+'}${Math.abs(ratio * 100).toFixed(2)} %`;
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}
