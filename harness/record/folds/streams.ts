import type { RecordedOp, Recording } from '../recording.ts';
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
  readonly ops: readonly RecordedOp[];
}

/** The streams that were announced, in that order; those of `journeys` only, if given. */
export function streamsIn(recording: Recording, journeys?: readonly string[]): readonly Stream[] {
  const found = new Map<string, Stream>();
  recording.events.forEach((event, i) => {
    if (event.k !== 'stream' || (journeys !== undefined && !journeys.includes(event.j))) return;
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
      ops: recording.streams.get(name) ?? [],
    });
  });
  return [...found.values()];
}

/**
 * The operations of the steady state, before anything was asked to break: those whose time was up before the disturbance began, or before the first
 * command where that is later. Cut by schedule, not by answer, so that slow ones are not left out.
 */
export function baselineOf(recording: Recording, stream: Stream): readonly RecordedOp[] {
  const disturb = phaseBegan(recording, 'disturb') ?? phaseBegan(recording, 'heal') ?? Number.POSITIVE_INFINITY;
  const command = recording.events.find((event) => event.k === 'fault' && event.state === 'command');
  const until = command?.k === 'fault' ? Math.max(command.at, disturb) : disturb;
  return stream.ops.filter((op) => op.s < disturb && op.s + stream.deadline <= until);
}

/** When an operation was sent, and when it was answered or given up (ns). One that was not sent stands at its schedule. */
export function sentAt(op: RecordedOp): number {
  return op.o === 'ns' ? op.s : op.s + op.x;
}
export function doneAt(op: RecordedOp): number {
  return op.o === 'ns' ? op.s : op.s + op.c;
}
