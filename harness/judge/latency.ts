import type { Objective } from '../model/objective.ts';
import type { Outcome } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { BAD, GOOD, goodnessOf, READINGS, type Reading, UNKNOWN } from '../record/folds/goodness.ts';
import { baselineSpan, firstDue, type Stream, streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, uncovered, windowOf } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { stream as chance } from '../record/seed.ts';
import { nothingOf } from './nothing.ts';
import { counted } from './say.ts';
import { bounds } from './steady.ts';

type Latency = Extract<Objective, { kind: 'latency' }>;
type LatencyMeasured = Extract<ObjectiveVerdict['measured'], { kind: 'latency' }>;

const WINDOW_NS = 1e9;
const OPERATIONS = 50;
/** Fewer windows than this on a side, and their spread says nothing. */
const LEAST_WINDOWS = 3;
const PERCENTILE = 0.95;

interface Compared {
  readonly outcome: Outcome;
  readonly because: string;
  readonly measured: LatencyMeasured;
}

/**
 * Whether service was fast enough *while* the fault was on: the 95th percentile of latency (by schedule, as users wait) from the effect to the end of the window, divided by that of the same stream
 * before, by one-sided 95 % bounds of a block bootstrap over windows (see `steady.ts`). An operation that was not answered well took its whole deadline. Passes only if the upper bound is within the
 * promise, fails only if the lower one is beyond it. Where more than one in twenty was not answered well, the percentile is no answer's: availability judges that, and this says nothing.
 */
export function judgeLatency(recording: Recording, objective: Latency): ObjectiveVerdict {
  const { name, of, at_most_times } = objective;
  const verdict = { name, kind: 'latency', objective: `p95 ≤ ×${at_most_times} of before, while it lasts` } as const;
  const nothing = nothingOf(verdict);
  const window = windowOf(recording);
  if (window === null) return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no time to measure in');
  if (nothingHappened(recording)) return nothing('evidence.no_fault', 'the plan breaks nothing and nobody else did');
  const streams = streamsIn(recording, of).filter((stream) => stream.load === 'open' && stream.ops.length > 0);
  const unseen = of.filter((journey) => !streams.some((stream) => stream.journey === journey));
  if (unseen.length > 0) return nothing('evidence.no_operations', `no operation of open load was recorded for ${unseen.join(', ')}`);
  const from = window.effect[1];
  const gap = streams.map((stream) => uncovered(stream, from, window.until)).find((each) => each !== null);
  if (gap !== undefined && gap !== null) return nothing('evidence.window_cut', gap);
  const unanswered = streams.map((stream) => badShare(recording, stream, from, window.until)).sort((a, b) => b - a)[0] ?? 1;
  if (unanswered > 1 - PERCENTILE)
    return nothing(
      'latency.undecided',
      `${(unanswered * 100).toFixed(1)} % of a stream was not answered well: a 95th percentile would be no answer's; availability judges that`,
    );

  const [asGood, asBad] = READINGS.map((reading) =>
    worst(streams.map((stream) => compare(recording, stream, objective, reading, [from, window.until]))),
  ) as [Compared, Compared];
  const { before, during, length_s } = asBad.measured.windows;
  if (Math.min(before, during) < LEAST_WINDOWS)
    return nothing(
      'evidence.floor',
      `${asBad.measured.stream}: ${counted(before, 'window')} of ${length_s} s before and ${during} during, ${LEAST_WINDOWS} each are needed`,
    );
  const evidence = streams.slice(0, 5).map((stream) => `line ${stream.line}`);
  if (asGood.outcome !== asBad.outcome)
    return {
      ...nothing(
        'evidence.harness_stalled',
        `the harness itself stood still: without what is unknown, ${asGood.because}; with it, ${asBad.because}`,
      ),
      measured: asBad.measured,
      evidence,
    };
  const reason = { pass: 'held', fail: 'latency.over', inconclusive: 'latency.undecided' } as const;
  return { ...verdict, outcome: asBad.outcome, reason: reason[asBad.outcome], because: asBad.because, measured: asBad.measured, evidence };
}

/** The share of what is known of a span that was not good. */
function badShare(recording: Recording, stream: Stream, from: number, until: number): number {
  const goodness = goodnessOf(recording, stream);
  let [bad, known] = [0, 0];
  for (let i = firstDue(stream.ops, from); i < stream.ops.length && (stream.ops.s[i] ?? 0) <= until; i++) {
    if (goodness[i] !== UNKNOWN) known += 1;
    if (goodness[i] === BAD) bad += 1;
  }
  return known === 0 ? 1 : bad / known;
}

function compare(
  recording: Recording,
  stream: Stream,
  { name, at_most_times }: Latency,
  reading: Reading,
  [from, until]: readonly [number, number],
): Compared {
  const length = Math.max(WINDOW_NS, stream.tau * OPERATIONS);
  const [begun, disturbed] = baselineSpan(recording, [stream]);
  const cut = (left: number, right: number) =>
    Array.from({ length: Math.max(0, Math.floor((right - left) / length)) }, (_, i) => left + i * length).flatMap((at) => {
      const p95 = percentile(recording, stream, reading, at, at + length);
      return p95 === null ? [] : [p95];
    });
  const [before, during] = [cut(begun, disturbed), cut(from, until)];
  const times = bounds(
    { before, after: during },
    chance(recording.plan.seed, `judge/latency/${name}/${stream.name}`),
    (p95) => p95,
    (a, b) => (b === 0 ? Number.MAX_SAFE_INTEGER : a / b),
  );
  const windows = { before: before.length, during: during.length, length_s: length / 1e9 };
  if (times === null)
    return {
      outcome: 'inconclusive',
      because: `${stream.name}: nothing to compare`,
      measured: { kind: 'latency', stream: stream.name, p95_times: null, before_ms: null, during_ms: null, windows },
    };
  const { seen, lower, upper } = times;
  const outcome = upper <= at_most_times ? 'pass' : lower > at_most_times ? 'fail' : 'inconclusive';
  const [before_ms, during_ms] = [mean(before) / 1e6, mean(during) / 1e6];
  return {
    outcome,
    because: `${stream.name}: p95 ${before_ms.toFixed(1)} ms before, ${during_ms.toFixed(1)} ms while it lasted: ×${seen.toFixed(2)} (×${lower.toFixed(2)}–${upper.toFixed(2)})`,
    measured: { kind: 'latency', stream: stream.name, p95_times: { seen, at_least: lower, at_most: upper }, before_ms, during_ms, windows },
  };
}

/** The 95th percentile of a window, ns: what was not answered well took its deadline, and so did what is unknown, where it is read as bad. Null without any. */
function percentile(recording: Recording, stream: Stream, reading: Reading, from: number, to: number): number | null {
  const { ops, deadline } = stream;
  const goodness = goodnessOf(recording, stream);
  const took: number[] = [];
  for (let i = firstDue(ops, from); i < ops.length && (ops.s[i] ?? 0) < to; i++) {
    if (goodness[i] === GOOD) took.push(ops.c[i] ?? deadline);
    else if (goodness[i] === BAD || reading === 'unknown_as_bad') took.push(deadline);
  }
  took.sort((a, b) => a - b);
  return took.length === 0 ? null : (took[Math.min(took.length - 1, Math.floor(took.length * PERCENTILE))] ?? null);
}

function mean(of: readonly number[]): number {
  return of.reduce((sum, each) => sum + each, 0) / of.length;
}

function worst(compared: readonly Compared[]): Compared {
  const rank = { fail: 2, inconclusive: 1, pass: 0 };
  const upper = ({ measured }: Compared) => measured.p95_times?.at_most ?? Number.POSITIVE_INFINITY;
  const [first] = [...compared].sort((a, b) => rank[b.outcome] - rank[a.outcome] || upper(b) - upper(a));
  if (first === undefined) throw new RangeError('there is nothing to compare');
  return first;
}
