import { type Ops, OUTCOME } from '../ops.ts';
import type { Recording } from '../recording.ts';
import { coreDensity, coreLength, upperRatio } from './chance.ts';
import { BAD, countsBad, GOOD, goodnessOf, type Reading } from './goodness.ts';
import { baselineOf, type Stream } from './streams.ts';

/** Indices into the judged operations, both included: an outage too dense for chance. */
export interface Core {
  readonly first: number;
  readonly last: number;
}

/**
 * Cores that belong together. `begins` and `ends` bracket the moments at which service went and came back, `lower` and `upper` its length, all in ns of the observer's clock;
 * `upper` and `ends[1]` are null when no good operation followed. `first`, `last`: indices of the first and last operation of it.
 */
export interface Episode extends Core {
  readonly cores: readonly Core[];
  readonly lower: number;
  readonly upper: number | null;
  readonly begins: readonly [number, number];
  readonly ends: readonly [number, number | null];
  readonly errors: Readonly<Record<string, number>>;
  /** Of what hangs, the two lengths that clients see; null for what fails at once. */
  readonly stall: Stall | null;
}

/**
 * A stall that ends as if nothing had been has two true lengths: D, between two successes, and D less the deadline, the stretch of the schedule that was served too late. ns. `gap`: from the last success to the next
 * one, as clients saw them (null: none came); it lies within the episode's bracket, which is judged. `late`: between the schedules of the first and the last bad one, and of the good ones around them.
 */
export interface Stall {
  readonly gap: number | null;
  readonly late: readonly [number, number | null];
}

/** A stream judged under one reading. `goodness[i]` is that of operation `i`; `p`: the upper bound of the baseline's bad ratio; `downtime`: ns. */
export interface Judged {
  readonly stream: Stream;
  readonly goodness: Uint8Array;
  readonly p: number;
  readonly cores: readonly Core[];
  readonly episodes: readonly Episode[];
  readonly downtime: number;
}

/** Finds the outages of a stream of open load, from its first operation to its last. Worked out once for a stream and a reading. */
export function judgeStream(recording: Recording, stream: Stream, reading: Reading): Judged {
  const known = workedOut.get(stream) ?? new Map<Reading, Judged>();
  workedOut.set(stream, known);
  const judged = known.get(reading) ?? workOut(recording, stream, reading);
  known.set(reading, judged);
  return judged;
}

const workedOut = new WeakMap<Stream, Map<Reading, Judged>>();
/** Operations before a stall among which the last success is looked for, and what answers take. */
const NEAR = 1000;

/** The same where no steady state is known: single bad operations are what chance gives, runs of three and more are not. */
export function judgeWithoutBaseline(recording: Recording, stream: Stream, reading: Reading): Judged {
  const goodness = goodnessOf(recording, stream);
  let [single, run] = [0, 0];
  for (const each of goodness) {
    run = each === BAD ? run + 1 : 0;
    if (run > 0 && run < 3) single += 1;
    else if (run === 3) single -= 2;
  }
  return withRatio(stream, goodness, reading, upperRatio(single, goodness.length));
}

function workOut(recording: Recording, stream: Stream, reading: Reading): Judged {
  const goodness = goodnessOf(recording, stream);
  // What was unknown in the baseline says nothing of chance, under either reading.
  let [bads, goods] = [0, 0];
  const [first, end] = baselineOf(recording, stream);
  for (let i = first; i < end; i++) {
    if (goodness[i] === BAD) bads += 1;
    else if (goodness[i] === GOOD) goods += 1;
  }
  return withRatio(stream, goodness, reading, upperRatio(bads, bads + goods));
}

function withRatio(stream: Stream, goodness: Uint8Array, reading: Reading, p: number): Judged {
  const cores = coresOf(goodness, reading, p);
  const episodes = mergeCores(stream, cores).map((group) => bracket(stream, goodness, group));
  let down = 0;
  for (const { first, last } of cores) for (let i = first; i <= last; i++) if (countsBad(goodness[i], reading)) down += 1;
  return { stream, goodness, p, cores, episodes, downtime: down * stream.tau };
}

/** Runs of at least k bad ones, and stretches of 10 with more bad ones than chance gives; each from its first bad one to its last. */
function coresOf(goodness: Uint8Array, reading: Reading, p: number): Core[] {
  const [k, m] = [coreLength(goodness.length, p), coreDensity(goodness.length, p)];
  const found: Core[] = [];
  let [run, next] = [0, 0];
  /** The places of the last bad ones; those of the last ten operations are the last `recent` of them. */
  const places: number[] = [];
  const unknownToo = reading === 'unknown_as_bad';
  for (let i = 0; i < goodness.length; i++) {
    const each = goodness[i];
    const bad = each === BAD || (unknownToo && each !== GOOD);
    if (!bad && run === 0 && places.length === 0) continue;
    run = bad ? run + 1 : 0;
    if (bad) places.push(i);
    while (next < places.length && (places[next] ?? 0) <= i - 10) next += 1;
    if (next > 1000 || next === places.length) {
      places.splice(0, next);
      next = 0;
    }
    const dense = places.length - next >= m;
    if (run < k && !dense) continue;
    const [longest, first, last] = [i - run + 1, places[next] ?? i, places.at(-1) ?? i];
    join(found, { first: run >= k ? Math.min(longest, dense ? first : longest) : first, last });
  }
  return found;
}

function join(cores: Core[], next: Core): void {
  const before = cores.at(-1);
  if (before === undefined || next.first > before.last + 1) cores.push(next);
  else cores[cores.length - 1] = { first: Math.min(before.first, next.first), last: Math.max(before.last, next.last) };
}

function mergeCores({ ops, tau }: Stream, cores: readonly Core[]): readonly (readonly Core[])[] {
  const near = Math.max(5 * tau, 1e9);
  const groups: Core[][] = [];
  for (const core of cores) {
    const group = groups.at(-1);
    const before = group?.at(-1);
    const gap = before === undefined ? Number.POSITIVE_INFINITY : (ops.s[core.first] ?? 0) - (ops.s[before.last] ?? 0);
    if (group !== undefined && gap < near) group.push(core);
    else groups.push([core]);
  }
  return groups;
}

/**
 * How long it was, as an interval that the true length is in:
 *
 * - An operation that failed at once was turned away at some moment between its sending and its answer. So service was gone by the answer of the first bad one, and
 *   not yet back at the sending of the last: lower = x_lastBad − c_firstBad.
 * - One that hangs says nothing by its answer, which comes when the client gives up, long after. But had service been there for as long as its answer would have
 *   taken, it would have been answered: gone by x_firstBad + the largest good latency nearby. Without that allowance the bound was seen to miss 7 of 172.
 * - Upper ends rest on operations *known* to be good, under both readings: service was there after the sending of the last good one before, and was back by the
 *   answer of the first good one after. So unknown operations widen the bracket and never move it.
 */
function bracket(stream: Stream, goodness: Uint8Array, cores: readonly Core[]): Episode {
  const { ops, tau, deadline } = stream;
  const first = cores[0]?.first ?? 0;
  const last = cores.at(-1)?.last ?? 0;
  let before = first - 1;
  while (before >= 0 && goodness[before] !== GOOD) before -= 1;
  let after = last + 1;
  while (after < ops.length && goodness[after] !== GOOD) after += 1;
  const hangs = ops.o[first] !== OUTCOME.ns && (ops.error(first)?.endsWith('timeout') || (ops.c[first] ?? 0) > deadline);
  const gone = hangs ? ops.sent(first) + largestGoodLatency(ops, goodness, first, last, tau) : ops.done(first);
  const seenGood = before >= 0 ? ops.sent(before) : (ops.s[0] ?? 0);
  const back = after < ops.length ? ops.done(after) : null;
  const ended = ops.sent(last);
  return {
    first,
    last,
    cores,
    lower: Math.max(0, ended - gone),
    upper: back === null ? null : back - seenGood,
    begins: [Math.min(seenGood, gone), gone],
    ends: [ended, back],
    errors: errorsIn(ops, goodness, first, last),
    stall: hangs ? stallOf(ops, goodness, { first, last, before, after }) : null,
  };
}

/** `before`, `after`: the places of the good ones around it; −1, or the length, without any. */
function stallOf(
  ops: Ops,
  goodness: Uint8Array,
  { first, last, before, after }: Core & { readonly before: number; readonly after: number },
): Stall {
  const due = (i: number) => ops.s[i] ?? 0;
  const ended = after < ops.length;
  // Answers come in another order than their questions went: the next success is the first of those that were asked after the stall's last.
  let next = Number.POSITIVE_INFINITY;
  for (let i = after; ended && i < ops.length && due(i) < next; i++) if (goodness[i] === GOOD) next = Math.min(next, ops.done(i));
  let success = ops.s[0] ?? 0;
  // What an answer takes: so long before the stall, and so near its end, a question is late already.
  let takes = 0;
  for (let i = before; i >= 0 && i > before - NEAR; i--) {
    if (goodness[i] !== GOOD || ops.done(i) >= next) continue;
    success = Math.max(success, ops.done(i));
    takes = Math.max(takes, ops.done(i) - ops.sent(i));
  }
  return {
    gap: ended ? next - success : null,
    late: [Math.max(0, due(last) - due(first) - 2 * takes), ended ? due(after) - due(Math.max(0, before)) : null],
  };
}

/** How often each kind of trouble was met from `first` to `last`. */
function errorsIn(ops: Ops, goodness: Uint8Array, first: number, last: number): Readonly<Record<string, number>> {
  const errors = new Map<string, number>();
  for (let i = first; i <= last; i++) {
    if (goodness[i] === GOOD) continue;
    const code = ops.o[i] ?? 0;
    const name =
      code === OUTCOME.ns
        ? 'not sent'
        : (ops.error(i) ??
          (code === OUTCOME.ok ? 'late' : code & OUTCOME.wrongBody ? 'wrong body' : code === OUTCOME.fail ? 'fail' : 'ind'));
    errors.set(name, (errors.get(name) ?? 0) + 1);
  }
  return Object.fromEntries(errors);
}

/** The slowest good answer among those within a second (at least 50 operations) before and after. */
function largestGoodLatency({ x, c, length }: Ops, goodness: Uint8Array, first: number, last: number, tau: number): number {
  const reach = Math.max(50, Math.ceil(1e9 / tau));
  let largest = 0;
  const look = (i: number) => {
    if (goodness[i] === GOOD) largest = Math.max(largest, (c[i] ?? 0) - (x[i] ?? 0));
  };
  for (let i = Math.max(0, first - reach); i < first; i++) look(i);
  for (let i = last + 1; i <= Math.min(length - 1, last + reach); i++) look(i);
  return largest;
}
