import type { EventOf, Op, TimelineEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';

/** A stretch of the run's clock, in seconds. */
export interface Span {
  readonly from_s: number;
  readonly to_s: number;
}

/** One slice of a lane: how many operations were due in it, and how slow the answered ones were (seconds; null: none was answered). */
export interface Bucket {
  readonly good: number;
  readonly bad: number;
  /** Not sent, or due while the harness itself stood still. */
  readonly unknown: number;
  readonly worst_s: number | null;
}

/** One row of the picture: a journey over fresh or pooled connections, or all closed writers of a journey together. */
export interface Lane {
  readonly name: string;
  readonly how: string;
  readonly kind: 'read' | 'write';
  readonly streams: readonly string[];
  readonly deadline_s: number;
  readonly buckets: readonly Bucket[];
}

/** Writes by the time of their acknowledgement: all, and those of them that were lost. */
export interface Acknowledged {
  readonly acked: readonly number[];
  readonly lost: readonly number[];
}

/** A stretch of the run in equal slices. */
export interface Frame extends Span {
  readonly slices: number;
  readonly lanes: readonly Lane[];
  readonly writes: Acknowledged | null;
}

/** How many slices a frame has at most. */
export const MOST_SLICES = 320;

/** What a frame is made of. */
export interface FrameSource {
  readonly streams: ReadonlyMap<string, Iterable<Op>>;
  readonly events: readonly Exclude<TimelineEvent, Op>[];
  readonly plan: Plan;
  readonly stalls: readonly Span[];
  readonly lost: ReadonlySet<string>;
}

/** Sorts every operation into the slice in which it was due (acknowledgements: in which they came). */
export function frameOf(source: FrameSource, span: Span): Frame {
  const slices = slicesFor(source.plan, span);
  const slice = (s_ns: number) => Math.floor(((s_ns / 1e9 - span.from_s) / (span.to_s - span.from_s)) * slices);
  const lanes = groupsOf(source).map((group) => {
    const good = new Uint32Array(slices);
    const bad = new Uint32Array(slices);
    const unknown = new Uint32Array(slices);
    const worst = new Float64Array(slices).fill(-1);
    for (const name of group.streams)
      for (const op of source.streams.get(name) ?? []) {
        const i = slice(op.s);
        if (i < 0 || i >= slices) continue;
        const of = op.o === 'ns' || overlaps(source.stalls, op) ? unknown : isGood(op, group.deadline_s) ? good : bad;
        of[i] = (of[i] ?? 0) + 1;
        if (op.c > 0 && op.c / 1e9 > (worst[i] ?? 0)) worst[i] = op.c / 1e9;
      }
    const buckets = Array.from({ length: slices }, (_, i) => {
      const seen = worst[i] ?? -1;
      return { good: good[i] ?? 0, bad: bad[i] ?? 0, unknown: unknown[i] ?? 0, worst_s: seen < 0 ? null : seen };
    });
    return { ...group, buckets };
  });
  return { ...span, slices, lanes, writes: acknowledged(source, slices, slice) };
}

/** The same frame with every `by` slices made one. */
export function coarser(frame: Frame, by: number): Frame {
  const sum = (numbers: readonly number[]) =>
    Array.from({ length: Math.ceil(numbers.length / by) }, (_, i) => numbers.slice(i * by, (i + 1) * by).reduce((a, b) => a + b, 0));
  const join = (buckets: readonly Bucket[]): Bucket => {
    const seen = buckets.flatMap((b) => (b.worst_s === null ? [] : [b.worst_s]));
    return {
      good: buckets.reduce((n, b) => n + b.good, 0),
      bad: buckets.reduce((n, b) => n + b.bad, 0),
      unknown: buckets.reduce((n, b) => n + b.unknown, 0),
      worst_s: seen.length === 0 ? null : Math.max(...seen),
    };
  };
  return {
    ...frame,
    slices: Math.ceil(frame.slices / by),
    lanes: frame.lanes.map((lane) => ({
      ...lane,
      buckets: Array.from({ length: Math.ceil(lane.buckets.length / by) }, (_, i) => join(lane.buckets.slice(i * by, (i + 1) * by))),
    })),
    writes: frame.writes && { acked: sum(frame.writes.acked), lost: sum(frame.writes.lost) },
  };
}

/** Slices shorter than two intervals of a prober would be empty by turns and look like gaps. A multiple of four, so that the narrow layout divides them. */
function slicesFor(plan: Plan, span: Span): number {
  const finest = plan.tau_s > 0 ? (span.to_s - span.from_s) / (2 * plan.tau_s) : MOST_SLICES;
  return Math.max(16, Math.floor(Math.min(finest, MOST_SLICES) / 4) * 4);
}

/** Answered well and in time. */
export function isGood(op: Op, deadline_s: number): boolean {
  return op.o === 'ok' && op.b !== 1 && op.c / 1e9 <= deadline_s;
}

function overlaps(stalls: readonly Span[], op: Op): boolean {
  const from = op.s / 1e9;
  const to = (op.s + Math.max(op.c, 0)) / 1e9;
  return stalls.some((stall) => from < stall.to_s && to > stall.from_s);
}

/** The lanes, without their buckets, in the order of the plan; streams of which the plan knows nothing come last. */
function groupsOf(source: FrameSource): Omit<Lane, 'buckets'>[] {
  const groups = new Map<string, { lane: Omit<Lane, 'buckets' | 'streams'>; streams: string[] }>();
  const started = new Map<string, EventOf<'stream'>>();
  for (const e of source.events) if (e.k === 'stream') started.set(`${e.j}/${e.w}`, e);
  for (const name of source.streams.keys()) {
    const [j = name, w = ''] = name.split('/');
    const stream = started.get(name);
    const planned = source.plan.journeys.find((p) => p.name === j);
    const closed = stream ? stream.load === 'closed' : /^w\d/.test(w);
    const how = closed ? 'writers' : w === 'f' ? 'fresh' : w === 'p' ? 'pooled' : w;
    const group = groups.get(`${j}/${how}`) ?? {
      lane: {
        name: j,
        how,
        kind: stream?.kind ?? planned?.kind ?? 'read',
        deadline_s: stream ? stream.deadline / 1e9 : (planned?.deadline_s ?? Number.POSITIVE_INFINITY),
      },
      streams: [],
    };
    group.streams.push(name);
    groups.set(`${j}/${how}`, group);
  }
  const place = (name: string) => {
    const i = source.plan.journeys.findIndex((p) => p.name === name);
    return i < 0 ? source.plan.journeys.length : i;
  };
  return [...groups.values()]
    .map(({ lane, streams }) => ({ ...lane, how: lane.how === 'writers' ? `${streams.length} writers` : lane.how, streams }))
    .sort((a, b) => place(a.name) - place(b.name));
}

function acknowledged(source: FrameSource, slices: number, slice: (ns: number) => number): Acknowledged | null {
  const acked = new Array<number>(slices).fill(0);
  const lost = new Array<number>(slices).fill(0);
  // Ids are `<token>.<journey>.<writer>.<n>`: looked up without the token, which is the same for all of a run.
  const gone = new Set([...source.lost].map((id) => id.slice(id.indexOf('.') + 1)));
  let any = false;
  for (const group of groupsOf(source))
    if (group.kind === 'write')
      for (const name of group.streams)
        for (const op of source.streams.get(name) ?? []) {
          const i = slice(op.s + op.c);
          if (op.o !== 'ok' || i < 0 || i >= slices) continue;
          any = true;
          acked[i] = (acked[i] ?? 0) + 1;
          if (gone.size > 0 && gone.has(`${op.j}.${op.w}.${op.n}`)) lost[i] = (lost[i] ?? 0) + 1;
        }
  return any ? { acked, lost } : null;
}
