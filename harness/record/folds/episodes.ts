import type { RecordedOp, Recording } from '../recording.ts';
import { coreDensity, coreLength, upperRatio } from './chance.ts';
import { countsBad, type Goodness, goodnessIn, type Reading } from './goodness.ts';
import { baselineOf, doneAt, type Stream, sentAt } from './streams.ts';

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
}

/** A stream judged under one reading. `goodness[i]` is that of `stream.ops[i]`; `p`: the upper bound of the baseline's bad ratio; `downtime`: ns. */
export interface Judged {
  readonly stream: Stream;
  readonly goodness: readonly Goodness[];
  readonly p: number;
  readonly cores: readonly Core[];
  readonly episodes: readonly Episode[];
  readonly downtime: number;
}

/** Finds the outages of a stream of open load, from its first operation to its last. */
export function judgeStream(recording: Recording, stream: Stream, reading: Reading): Judged {
  const judge = goodnessIn(recording);
  const goodness = stream.ops.map((op) => judge(stream, op));
  const bad = goodness.map((each) => countsBad(each, reading));
  // What was unknown in the baseline says nothing of chance, under either reading.
  const baseline = baselineOf(recording, stream).map((op) => judge(stream, op));
  const [bads, goods] = [count(baseline, 'bad'), count(baseline, 'good')];
  const p = upperRatio(bads, bads + goods);
  const cores = coresOf(bad, p);
  const episodes = mergeCores(stream, cores).map((group) => bracket(stream, goodness, group));
  const downtime = cores.reduce((sum, { first, last }) => sum + bad.slice(first, last + 1).filter(Boolean).length, 0) * stream.tau;
  return { stream, goodness, p, cores, episodes, downtime };
}

/** Runs of at least k bad ones, and stretches of 10 with more bad ones than chance gives; each from its first bad one to its last. */
function coresOf(bad: readonly boolean[], p: number): Core[] {
  const [k, m] = [coreLength(bad.length, p), coreDensity(bad.length, p)];
  const found: Core[] = [];
  let run = 0;
  const recent: number[] = [];
  for (let i = 0; i < bad.length; i++) {
    run = bad[i] ? run + 1 : 0;
    if (bad[i]) recent.push(i);
    while (recent[0] !== undefined && recent[0] <= i - 10) recent.shift();
    const dense = recent.length >= m;
    if (run < k && !dense) continue;
    const [longest, first, last] = [i - run + 1, recent[0] ?? i, recent.at(-1) ?? i];
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
    const gap = before === undefined ? Number.POSITIVE_INFINITY : (ops[core.first]?.s ?? 0) - (ops[before.last]?.s ?? 0);
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
function bracket(stream: Stream, goodness: readonly Goodness[], cores: readonly Core[]): Episode {
  const { ops, tau } = stream;
  const first = cores[0]?.first ?? 0;
  const last = cores.at(-1)?.last ?? 0;
  const [firstBad, lastBad] = [at(ops, first), at(ops, last)];
  let before = first - 1;
  while (before >= 0 && goodness[before] !== 'good') before -= 1;
  let after = last + 1;
  while (after < ops.length && goodness[after] !== 'good') after += 1;
  const hangs = firstBad.o !== 'ns' && (firstBad.e?.endsWith('timeout') || firstBad.c > stream.deadline);
  const gone = hangs ? sentAt(firstBad) + largestGoodLatency(ops, goodness, first, last, tau) : doneAt(firstBad);
  const seenGood = before >= 0 ? sentAt(at(ops, before)) : at(ops, 0).s;
  const back = after < ops.length ? doneAt(at(ops, after)) : null;
  const ended = sentAt(lastBad);
  const errors: Record<string, number> = {};
  for (let i = first; i <= last; i++) {
    if (goodness[i] === 'good') continue;
    const op = at(ops, i);
    const name = op.o === 'ns' ? 'not sent' : (op.e ?? (op.o === 'ok' ? (op.b === 1 ? 'wrong body' : 'late') : op.o));
    errors[name] = (errors[name] ?? 0) + 1;
  }
  return {
    first,
    last,
    cores,
    lower: Math.max(0, ended - gone),
    upper: back === null ? null : back - seenGood,
    begins: [Math.min(seenGood, gone), gone],
    ends: [ended, back],
    errors,
  };
}

/** The slowest good answer among those within a second (at least 50 operations) before and after. */
function largestGoodLatency(ops: readonly RecordedOp[], goodness: readonly Goodness[], first: number, last: number, tau: number): number {
  const reach = Math.max(50, Math.ceil(1e9 / tau));
  let largest = 0;
  const look = (i: number) => {
    const op = ops[i];
    if (op !== undefined && goodness[i] === 'good') largest = Math.max(largest, op.c - op.x);
  };
  for (let i = Math.max(0, first - reach); i < first; i++) look(i);
  for (let i = last + 1; i <= Math.min(ops.length - 1, last + reach); i++) look(i);
  return largest;
}

function at(ops: readonly RecordedOp[], i: number): RecordedOp {
  const op = ops[i];
  if (op === undefined) throw new RangeError(`there is no operation ${i} of ${ops.length}`);
  return op;
}

function count(of: readonly Goodness[], what: Goodness): number {
  return of.filter((each) => each === what).length;
}
