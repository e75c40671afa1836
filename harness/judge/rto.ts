import type { Objective } from '../model/objective.ts';
import type { Outcome, Reason } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { atMost } from '../record/folds/chance.ts';
import { effectsOf } from '../record/folds/effects.ts';
import { type Episode, type Judged, judgeStream } from '../record/folds/episodes.ts';
import { countsBad, GOOD, READINGS, type Reading } from '../record/folds/goodness.ts';
import { type Stream, streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, uncovered, type Window, windowOf } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { nothingOf } from './nothing.ts';
import { at, bracket, seconds } from './say.ts';

type Rto = Extract<Objective, { kind: 'rto' }>;

/** What one stream shows under one reading. ns since the effect; `upper` is null when it never recovered while we looked. */
interface Recovery {
  readonly stream: string;
  readonly lower: number;
  readonly upper: number | null;
  readonly episodes: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly because: string;
  readonly evidence: readonly string[];
}

/**
 * How long until lasting good service, from the moment the fault took effect to the first good answer after the last outage in the window. An interval, per
 * stream of open load, and the worst stream counts. Pass only if the upper end meets the objective, fail only if the lower end misses it. Inconclusive where the
 * two readings of what is unknown come to different ends.
 */
export function judgeRto(recording: Recording, objective: Rto): ObjectiveVerdict {
  const verdict = {
    name: objective.name,
    kind: 'rto',
    objective: `≤ ${seconds(objective.within_s)}, ${objective.recovers === 'unaided' ? 'unaided' : 'after the heal'}`,
  } as const;
  const nothing = nothingOf(verdict);
  const byOthers = recording.plan.faults.every((fault) => fault.amplifier);
  const window = windowOf(recording);
  if (window === null) return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no moment to count from');
  const streams = streamsIn(recording, objective.of).filter((stream) => stream.load === 'open' && stream.ops.length > 0);
  const unseen = objective.of.filter((journey) => !streams.some((stream) => stream.journey === journey));
  if (unseen.length > 0) return nothing('evidence.no_operations', `no operation of open load was recorded for ${unseen.join(', ')}`);

  if (nothingHappened(recording))
    return nothing('evidence.no_fault', 'the plan breaks nothing, and nobody else caused an outage: there is no recovery to time');
  const recovered = byOthers ? recoverFromOthers : recover;
  const readings = READINGS.map((reading) =>
    streams.map((stream) => recovered(judgeStream(recording, stream, reading), reading, window, objective, recording.plan.hold_s)),
  );
  const [asGood, asBad] = readings.map(worst) as [Recovery, Recovery];
  const all = readings.flat();
  const taken = hull(readings.map(slowest));
  const finding = byOthers ? null : findingOf(recording.plan.predicted, taken);
  const measured = {
    kind: 'rto' as const,
    ...taken,
    censored: all.some(({ upper }) => upper === null),
    recovers: objective.recovers,
    predicted_s:
      recording.plan.predicted === null ? null : ([recording.plan.predicted.min_s, recording.plan.predicted.max_s] as [number, number]),
    ...(finding === null ? {} : { finding }),
    journey: asGood.stream,
    streams: streams.map(({ name }) => {
      const own = all.filter(({ stream }) => stream === name);
      return { stream: name, ...hull(own), episodes: Math.max(...own.map(({ episodes }) => episodes)) };
    }),
  };
  const evidence = [...new Set([...asGood.evidence, ...asBad.evidence])];
  if (asGood.outcome !== asBad.outcome) {
    const because = `the harness itself stood still: counting what is unknown as good, ${asGood.because}; as bad, ${asBad.because}`;
    return { ...verdict, outcome: 'inconclusive', reason: 'evidence.harness_stalled', because, measured, evidence };
  }
  const { outcome, reason, because } = asGood;
  const { plan } = recording;
  const needed = Math.max(objective.within_s, plan.predicted?.max_s ?? 0) + plan.hold_s;
  const short = effectsOf(recording).find(
    ({ fault, took_effect, healing }) =>
      fault.heal === 'end' &&
      !fault.amplifier &&
      took_effect !== null &&
      healing !== null &&
      healing < took_effect[1] + plan.window_s * 1e9,
  );
  if (outcome === 'pass' && objective.recovers === 'unaided' && short !== undefined)
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'evidence.window_cut',
      because: `${because}, but ${short.fault.name} was to last to the end of the window, and was healed ${at((short.healing ?? 0) - (short.took_effect?.[1] ?? 0))} after it took effect`,
      measured,
      evidence,
    };
  if (outcome === 'pass' && plan.window_s < needed - 1e-9)
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'evidence.window_cut',
      because: `${because}, but the window of ${seconds(plan.window_s)} is shorter than objective or prediction and hold together, ${seconds(needed)}`,
      measured,
      evidence,
    };
  return { ...verdict, outcome, reason, because, measured, evidence };
}

/** What it tells that the whole of the interval lies outside of what the system's own timings predict: below them something else than the named fault was at work, above them the system is slower than it says. */
function findingOf(predicted: Recording['plan']['predicted'], { lower_s, upper_s }: ReturnType<typeof hull>): string | null {
  if (predicted === null) return null;
  const words = `measured ${bracket(lower_s, upper_s)}, predicted ${seconds(predicted.min_s)} to ${seconds(predicted.max_s)}`;
  if (upper_s !== null && upper_s < predicted.min_s) return `not the fault that was named: ${words}`;
  if (lower_s > predicted.max_s) return `slower than predicted: ${words}`;
  return null;
}

function recover(judged: Judged, reading: Reading, window: Window, objective: Rto, hold_s: number): Recovery {
  const { stream, episodes } = judged;
  const [lo, hi] = window.effect;
  // An outage counts when it begins, or is still under way, between the effect and the end of the window.
  const counted = episodes.filter((episode) => stream.ops.sent(episode.last) >= lo && due(stream, episode.first) <= window.until);
  const last = counted.at(-1);
  const common = { stream: stream.name, episodes: counted.length };
  const line = (index: number) => `line ${stream.ops.line[index] ?? 0}`;
  const done = (lower: number, upper: number | null, outcome: Outcome, reason: Reason, because: string): Recovery => ({
    ...common,
    lower,
    upper,
    outcome,
    reason,
    because: `${stream.name}: ${because}`,
    evidence: last === undefined ? [] : [line(last.first), line(last.last)],
  });

  const first = last === undefined ? firstGood(judged, hi) : nextGood(judged, last.last + 1);
  const lower = last === undefined ? 0 : Math.max(0, Math.min(last.ends[0], window.until) - hi);
  const back = first !== null && due(stream, first) <= window.until ? stream.ops.done(first) : null;
  const gap = uncovered(stream, window.effect[0], window.until);
  if (gap !== null) return done(lower, back === null ? null : back - lo, 'inconclusive', 'evidence.window_cut', gap);

  const within = objective.within_s * 1e9;
  const late = last !== undefined && diedLate(stream, counted, last, hi, hold_s);
  if (back === null) {
    if (lower > within)
      return done(
        lower,
        null,
        'fail',
        late ? 'rto.late_death' : 'rto.over',
        `no lasting good service within ${at(window.until - lo)}, ${bracket(lower / 1e9, null)}`,
      );
    return done(
      lower,
      null,
      'inconclusive',
      'rto.undecided',
      `no good operation until the window's end, the last bad one was sent ${at(lower)} after the effect`,
    );
  }
  const hold = heldAfter(judged, reading, last, back, window, hold_s);
  const upper = hold.since - lo;
  const words = bracket(lower / 1e9, upper / 1e9);
  const aided = objective.recovers === 'unaided' ? helped(counted, window) : 'no';
  if (aided === 'yes')
    return done(
      lower,
      upper,
      'fail',
      'rto.only_by_heal',
      `back after ${words}, but only once the fault was healed at ${at(window.healing - hi)}`,
    );
  if (hold.outcome === 'fail')
    return done(
      window.until - hi,
      null,
      'fail',
      late ? 'rto.late_death' : 'rto.over',
      `answered again after ${words}, but ${hold.because}`,
    );
  if (lower > within)
    return done(
      lower,
      upper,
      'fail',
      late ? 'rto.late_death' : 'rto.over',
      `back after ${words}, later than ${seconds(objective.within_s)}${late ? ': it died late, after it had held' : ''}`,
    );
  if (upper > within)
    return done(
      lower,
      upper,
      'inconclusive',
      'rto.undecided',
      `back after ${words}; ${seconds(objective.within_s)} lies between the bounds`,
    );
  if (aided === 'perhaps')
    return done(
      lower,
      upper,
      'inconclusive',
      'rto.undecided',
      `back after ${words}; the heal at ${at(window.healing - hi)} lies between the bounds`,
    );
  if (hold.outcome === 'inconclusive')
    return done(lower, upper, 'inconclusive', 'rto.undecided', `back after ${words}, but ${hold.because}`);
  const how = last === undefined ? 'no outage was seen' : objective.recovers === 'unaided' ? 'back unaided' : 'back';
  return done(lower, upper, 'pass', 'held', `${how} after ${words}, within ${seconds(objective.within_s)}`);
}

/**
 * What others broke has no moment of effect but the outage itself: its longest outage is what a stream took to recover, and after the last one it must have held.
 */
function recoverFromOthers({ stream, episodes }: Judged, _: Reading, window: Window, objective: Rto, hold_s: number): Recovery {
  const counted = episodes.filter((episode) => episode.begins[1] >= window.effect[0] && episode.begins[0] <= window.until);
  const longest = counted.reduce<Episode | null>(
    (worst, each) =>
      worst === null || (each.upper ?? Number.POSITIVE_INFINITY) > (worst.upper ?? Number.POSITIVE_INFINITY) ? each : worst,
    null,
  );
  const line = (index: number) => `line ${stream.ops.line[index] ?? 0}`;
  const within = objective.within_s * 1e9;
  const done = (outcome: Outcome, reason: Reason, because: string): Recovery => ({
    stream: stream.name,
    episodes: counted.length,
    lower: longest?.lower ?? 0,
    upper: longest === null ? 0 : longest.upper,
    outcome,
    reason,
    because: `${stream.name}: ${because}`,
    evidence: longest === null ? [] : [line(longest.first), line(longest.last)],
  });
  const gap = uncovered(stream, window.effect[0], window.until);
  if (gap !== null) return done('inconclusive', 'evidence.window_cut', gap);
  if (longest === null) return done('pass', 'held', 'no outage was seen');
  const words = `${counted.length > 1 ? `the longest of ${counted.length} outages` : 'the outage'} took ${bracket(longest.lower / 1e9, longest.upper === null ? null : longest.upper / 1e9)}`;
  if (longest.lower > within) return done('fail', 'rto.over', `${words}, longer than ${seconds(objective.within_s)}`);
  if (longest.upper === null) return done('inconclusive', 'rto.undecided', `${words}, and was not over when the observation was`);
  if (longest.upper > within)
    return done('inconclusive', 'rto.undecided', `${words}; ${seconds(objective.within_s)} lies between the bounds`);
  const since = window.until - (counted.at(-1)?.ends[1] ?? Number.POSITIVE_INFINITY);
  if (since < hold_s * 1e9)
    return done(
      'inconclusive',
      'evidence.window_cut',
      `${words}, but the observation ended before good service had lasted ${seconds(hold_s)}`,
    );
  return done('pass', 'held', `${words}, within ${seconds(objective.within_s)}`);
}

/** Whether the outage that was on when the fault was healed ended only by that. What begins after the heal is not what the heal ended. */
function helped(counted: readonly Episode[], { healing }: Window): 'yes' | 'no' | 'perhaps' {
  const own = counted.findLast((episode) => episode.begins[0] < healing);
  if (own === undefined || (own.ends[1] !== null && own.ends[1] <= healing)) return 'no';
  return own.ends[0] >= healing ? 'yes' : 'perhaps';
}

/** Whether the last outage began only after service had been good for the hold time since the effect, or since the outage before. */
function diedLate(stream: Stream, counted: readonly Episode[], last: Episode, effectHi: number, hold_s: number): boolean {
  const before = counted.at(-2);
  const since = before === undefined ? effectHi : (before.ends[1] ?? Number.POSITIVE_INFINITY);
  return stream.ops.sent(last.first) - since >= hold_s * 1e9;
}

/**
 * From recovery to the window's end the ratio of bad ones must be no worse than the baseline's upper bound. More than that fails only where chance would give
 * so many at most once in twenty; in between it is undecided, so that one straggler among few operations is no verdict. Where errors ceased by and by, lasting good service begins when they
 * had: with a good answer after which the ratio holds, for the hold time at least, and so few are bad as the errors before it would give at most once in twenty. `since`: when it began.
 */
function heldAfter(
  judged: Judged,
  reading: Reading,
  last: Episode | undefined,
  back: number,
  window: Window,
  hold_s: number,
): { outcome: Outcome; because: string; since: number } {
  const { stream, goodness, p } = judged;
  const places: number[] = [];
  for (let i = (last?.last ?? -1) + 1; i < stream.ops.length && due(stream, i) <= window.until; i++)
    if (due(stream, i) >= back) places.push(i);
  const isBad = (i: number | undefined) => i !== undefined && countsBad(goodness[i], reading);
  const [n, bad] = [places.length, places.filter(isBad).length];
  const because = `${bad} of ${n} operations until the window's end were not good, the baseline allows ${(p * 100).toFixed(1)} %`;
  if (n === 0 || bad / n <= p) return { outcome: 'pass', because, since: back };
  if (1 - atMost(bad - 1, n, p) > 0.05) return { outcome: 'inconclusive', because, since: back };
  let before = 0;
  for (let from = 1; from < n; from++) {
    if (isBad(places[from - 1])) before += 1;
    const place = places[from] ?? 0;
    if (!isBad(places[from - 1]) || goodness[place] !== GOOD) continue;
    if (window.until - stream.ops.done(place) < hold_s * 1e9) break;
    const [later, rest] = [bad - before, n - from];
    if (later / rest > p || atMost(later, rest, before / from) > 0.05) continue;
    const ceased = `${later} of ${rest} operations were not good since errors had ceased`;
    return { outcome: 'pass', because: ceased, since: stream.ops.done(place) };
  }
  return { outcome: 'fail', because, since: back };
}

/** The first good operation that was sent after a moment (ns), by its place. */
function firstGood({ stream, goodness }: Judged, after: number): number | null {
  for (let i = 0; i < goodness.length; i++) if (goodness[i] === GOOD && stream.ops.sent(i) > after) return i;
  return null;
}

function nextGood({ goodness }: Judged, from: number): number | null {
  const index = goodness.indexOf(GOOD, from);
  return index < 0 ? null : index;
}

function due({ ops }: Stream, index: number): number {
  return ops.s[index] ?? 0;
}

/** The stream that decides: a failure before an open question before a pass, and among equals the slowest. */
function worst(recoveries: readonly Recovery[]): Recovery {
  const rank = { fail: 2, inconclusive: 1, pass: 0 };
  const [first] = [...recoveries].sort(
    (a, b) =>
      rank[b.outcome] - rank[a.outcome] ||
      (b.upper ?? Number.POSITIVE_INFINITY) - (a.upper ?? Number.POSITIVE_INFINITY) ||
      b.lower - a.lower,
  );
  if (first === undefined) throw new RangeError('there is no stream to judge');
  return first;
}

/** The time until all streams were back: the largest lower and the largest upper end. */
function slowest(recoveries: readonly Recovery[]): { lower: number; upper: number | null } {
  const uppers = recoveries.map(({ upper }) => upper);
  return {
    lower: Math.max(...recoveries.map(({ lower }) => lower)),
    upper: uppers.includes(null) ? null : Math.max(...uppers.map((upper) => upper ?? 0)),
  };
}

/** The interval that holds under both readings. */
function hull(of: readonly { lower: number; upper: number | null }[]): { lower_s: number; upper_s: number | null } {
  const uppers = of.map(({ upper }) => upper);
  return {
    lower_s: Math.min(...of.map(({ lower }) => lower)) / 1e9,
    upper_s: uppers.includes(null) ? null : Math.max(...uppers.map((upper) => upper ?? 0)) / 1e9,
  };
}
