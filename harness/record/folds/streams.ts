import { Ops } from '../ops.ts';
import type { Recording } from '../recording.ts';
import { phaseBegan } from './phases.ts';

/** One journey's operations by one writer, sorted by schedule, with what the stream declared (ns). `name` is `journey/writer`. */
export interface Stream {
  readonly name: string;
  readonly journey: string;
  readonly kind: 'read' | 'write';
  readonly load: 'open' | 'closed';
  readonly tau: number;
  readonly deadline: number;
  readonly line: number;
  readonly ops: Ops;
}

/** The streams that were announced, in that order; those of `journeys` only, if given. The same objects each time. */
export function streamsIn(recording: Recording, journeys?: readonly string[]): readonly Stream[] {
  let all = announced.get(recording);
  if (all === undefined) {
    all = announcedIn(recording);
    announced.set(recording, all);
  }
  return journeys === undefined ? all : all.filter((stream) => journeys.includes(stream.journey));
}

const announced = new WeakMap<Recording, readonly Stream[]>();

function announcedIn(recording: Recording): readonly Stream[] {
  const found = new Map<string, Stream>();
  recording.events.forEach((event, i) => {
    if (event.k !== 'stream') return;
    const name = `${event.j}/${event.w}`;
    if (found.has(name)) return;
    const { kind, load, every: tau, deadline } = event;
    found.set(name, {
      name,
      journey: event.j,
      kind,
      load,
      tau,
      deadline,
      line: recording.lines[i] ?? 0,
      ops: recording.streams.get(name) ?? Ops.of([], event.j, event.w),
    });
  });
  return [...found.values()];
}

/**
 * Which operations belong to the steady state, before anything was asked to break: `[first, end)`, those due since the baseline began (what was due before it is the warm-up) whose time was up
 * before the disturbance began, or before the first command where that is later. Cut by schedule, not by answer, so that slow ones are not left out.
 */
export function baselineOf(recording: Recording, { ops, deadline }: Stream): readonly [number, number] {
  const first = firstDue(ops, phaseBegan(recording, 'baseline') ?? 0);
  const disturb = phaseBegan(recording, 'disturb') ?? phaseBegan(recording, 'heal') ?? Number.POSITIVE_INFINITY;
  const command = recording.events.find((event) => event.k === 'fault' && event.state === 'command');
  const until = command?.k === 'fault' ? Math.max(command.at, disturb) : disturb;
  let [low, high] = [first, ops.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const s = ops.s[middle] ?? 0;
    if (s < disturb && s + deadline <= until) low = middle + 1;
    else high = middle;
  }
  return [first, low];
}

/** From when the first operation of the steady state of some streams was due to when the last one was (ns); `[0, 0]` where they have none. */
export function baselineSpan(recording: Recording, streams: readonly Stream[]): readonly [number, number] {
  const due = streams.flatMap((stream) => {
    const [first, end] = baselineOf(recording, stream);
    return first < end ? [stream.ops.s[first] ?? 0, stream.ops.s[end - 1] ?? 0] : [];
  });
  return due.length === 0 ? [0, 0] : [Math.min(...due), Math.max(...due)];
}

/** The place of the first operation that was due at a moment (ns) or later. */
export function firstDue({ s }: Ops, from: number): number {
  let [low, high] = [0, s.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((s[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
