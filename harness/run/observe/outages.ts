import { type Judged, judgeWithoutBaseline } from '../../record/folds/episodes.ts';
import { UNKNOWN } from '../../record/folds/goodness.ts';
import { streamsIn } from '../../record/folds/streams.ts';
import type { Recording } from '../../record/recording.ts';

/**
 * An outage of a target as all its probers saw it. ns of the observer's clock: when service went and came back, each between two moments; the length between `lower` and `upper` (null: it was not over).
 * `first_bad`: when the first operation that failed was sent.
 */
export interface Outage {
  readonly first_bad: number;
  readonly begins: readonly [number, number];
  readonly ends: readonly [number, number | null];
  readonly lower: number;
  readonly upper: number | null;
  readonly errors: Readonly<Record<string, number>>;
}

/** What was seen of one target. `downtime` in ns, `availability` as ratios: unknown operations counted one way, and the other. */
export interface Seen {
  readonly outages: readonly Outage[];
  readonly downtime: readonly [number, number];
  readonly availability: readonly [number, number];
  readonly operations: number;
  readonly unknown: number;
}

/** What a journey's open streams say together. */
export function seenOf(recording: Recording, journey: string): Seen {
  const streams = streamsIn(recording, [journey]).filter((stream) => stream.ops.length > 0);
  const judged = streams.map((stream) => judgeWithoutBaseline(recording, stream, 'unknown_as_good'));
  const pessimistic = streams.map((stream) => judgeWithoutBaseline(recording, stream, 'unknown_as_bad'));
  let [good, unknown, operations] = [0, 0, 0];
  for (const { goodness } of judged) {
    operations += goodness.length;
    for (const each of goodness) {
      if (each === 0) good += 1;
      else if (each === UNKNOWN) unknown += 1;
    }
  }
  const worst = (of: readonly Judged[]) => Math.max(0, ...of.map(({ downtime }) => downtime));
  return {
    outages: together(judged),
    downtime: [Math.min(worst(judged), worst(pessimistic)), Math.max(worst(judged), worst(pessimistic))],
    availability: operations === 0 ? [0, 1] : [good / operations, (good + unknown) / operations],
    operations,
    unknown,
  };
}

/** Outages of several probers that overlap are one; where their brackets agree, what both say is known more closely than what one says. */
function together(judged: readonly Judged[]): readonly Outage[] {
  const all = judged
    .flatMap(({ stream, episodes }) =>
      episodes.map(
        ({ first, begins, ends, lower, upper, errors }): Outage => ({
          first_bad: stream.ops.sent(first),
          begins,
          ends,
          lower,
          upper,
          errors,
        }),
      ),
    )
    .sort((a, b) => a.begins[0] - b.begins[0]);
  const found: Outage[] = [];
  for (const next of all) {
    const last = found.at(-1);
    if (last !== undefined && next.begins[0] < (last.ends[1] ?? Number.POSITIVE_INFINITY)) found[found.length - 1] = both(last, next);
    else found.push(next);
  }
  return found;
}

function both(a: Outage, b: Outage): Outage {
  const errors = new Map(Object.entries(a.errors));
  for (const [name, count] of Object.entries(b.errors)) errors.set(name, (errors.get(name) ?? 0) + count);
  const begins: [number, number] = [Math.max(a.begins[0], b.begins[0]), Math.min(a.begins[1], b.begins[1])];
  const ends: [number, number | null] = [Math.max(a.ends[0], b.ends[0]), earlier(a.ends[1], b.ends[1])];
  const agree = begins[0] <= begins[1] && (ends[1] === null || ends[0] <= ends[1]);
  const known = { first_bad: Math.min(a.first_bad, b.first_bad), errors: Object.fromEntries(errors) };
  // One was down for longer than the other: the user with the worse connection counts.
  if (!agree || (a.upper === null) !== (b.upper === null)) {
    const worse = (a.upper ?? Number.POSITIVE_INFINITY) >= (b.upper ?? Number.POSITIVE_INFINITY) ? a : b;
    return { ...worse, ...known };
  }
  const lower = Math.max(a.lower, b.lower, ends[0] - begins[1]);
  const upper = a.upper === null || b.upper === null || ends[1] === null ? null : Math.min(a.upper, b.upper, ends[1] - begins[0]);
  return upper !== null && lower > upper ? { ...(a.lower > b.lower ? a : b), ...known } : { begins, ends, lower, upper, ...known };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}
