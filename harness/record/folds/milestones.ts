import type { ClusterEvent, EventOf } from '../../model/event.ts';
import { ALERT_WATCH } from '../../model/system.ts';
import type { Recording } from '../recording.ts';
import { GOOD, goodnessOf } from './goodness.ts';
import { baselineOf, firstDue, type Stream, streamsIn } from './streams.ts';
import type { Window } from './window.ts';

/** A step of a recovery: between `lower` and `upper` (ns) after the fault took effect; `upper` null: not seen while we looked. */
export interface Milestone {
  readonly name: 'detected' | 'alerted' | 'rerouted' | 'full throughput' | 'redundant again' | 'longest gap';
  readonly of: string;
  readonly lower: number;
  readonly upper: number | null;
}

/** A silence shorter than this is no alert. */
const LASTING_NS = 1e9;
const STEP_NS = 100e6;
const WINDOW_NS = 1e9;
const FULL = 0.95;

/**
 * What lies beside an RTO, where the recording can tell: when the cluster no longer named the old leader (*detected*), when the system's own alert was raised (*alerted*), when another server answered (*rerouted*), from when on the closed
 * writers got 95 % of the baseline's answers (*full throughput*), when every member streamed again (*redundant again*), and each open stream's longest time between two good answers.
 */
export function milestonesOf(recording: Recording, window: Window): readonly Milestone[] {
  const open = streamsIn(recording).filter((stream) => stream.load === 'open' && stream.ops.length > 0);
  return [
    ...detected(recording, window),
    ...alerted(recording, window),
    ...open.flatMap((stream) => rerouted(recording, stream, window)),
    ...fullThroughput(recording, window),
    ...redundant(recording, window),
    ...open.flatMap((stream) => longestGap(recording, stream, window)),
  ];
}

function since({ effect: [lo, hi] }: Window, from: number, to: number | null): Pick<Milestone, 'lower' | 'upper'> {
  return { lower: Math.max(0, from - hi), upper: to === null ? null : Math.max(0, to - lo) };
}

function detected({ events }: Recording, window: Window): readonly Milestone[] {
  const told = events.filter((event) => event.k === 'cluster');
  const before = told.findLast((event) => event.at <= window.effect[0]);
  if (before === undefined || before.leader === null) return [];
  const after = told.filter((event) => event.at > window.effect[0]);
  const index = after.findIndex((event) => event.leader !== before.leader);
  const changed = after[index];
  if (changed === undefined || changed.at > window.until) return [];
  return [{ name: 'detected', of: 'cluster', ...since(window, after[index - 1]?.at ?? before.at, changed.at) }];
}

/**
 * Between the last look at which the system raised no alert and the first at which it did; open-ended where it raised none while we looked. Nothing where nobody looked, or where one was raised
 * already when the fault took effect: then it tells of something else.
 */
function alerted(recording: Recording, window: Window): readonly Milestone[] {
  const { alert } = recording.plan.system;
  const [looks, before] = looksAtAlert(recording, window);
  if (alert === undefined || before === null) return [];
  const { events } = recording;
  const told = { name: 'alerted', of: alert.at } as const;
  const raised = firstRaised(looks, window);
  if (raised !== undefined && raised.hi <= window.until) return [{ ...told, ...since(window, raised.lo, raised.hi) }];
  const end = events.find((event) => event.k === 'watch_end' && event.service === ALERT_WATCH);
  const quiet = raised?.lo ?? (end?.k === 'watch_end' ? end.last_well : undefined) ?? before.hi;
  return [{ ...told, ...since(window, Math.min(quiet, window.until), null) }];
}

/** The first look at which the system raised an alert that it had not raised before the fault took effect, within the window; null where it raised none, or nobody looked. */
export function raisedIn(recording: Recording, window: Window): EventOf<'watch'> | null {
  const [looks, before] = looksAtAlert(recording, window);
  const raised = before === null ? undefined : firstRaised(looks, window);
  return raised !== undefined && raised.hi <= window.until ? raised : null;
}

/** All looks at the alert, and the last one before the effect, if it was quiet. */
function looksAtAlert({ events }: Recording, window: Window): readonly [readonly EventOf<'watch'>[], EventOf<'watch'> | null] {
  const looks = events.filter((event): event is EventOf<'watch'> => event.k === 'watch' && event.service === ALERT_WATCH);
  const before = looks.findLast(({ hi }) => hi <= window.effect[0]);
  return [looks, before?.to === 'alive' ? before : null];
}

function firstRaised(looks: readonly EventOf<'watch'>[], window: Window): EventOf<'watch'> | undefined {
  const quietAgain = ({ hi }: EventOf<'watch'>) =>
    looks.find((look) => look.to === 'alive' && look.hi > hi)?.hi ?? Number.POSITIVE_INFINITY;
  // A busy machine can silence for a moment what would have said that all is well.
  return looks.find(
    (look) => look.to === 'dead' && look.hi > window.effect[0] && (look.silent !== true || quietAgain(look) - look.hi >= LASTING_NS),
  );
}

/** From the last answer of whoever answered before to the first answer of somebody else; nothing where answers do not tell who gave them, or nobody else ever answered. */
function rerouted(recording: Recording, stream: Stream, window: Window): readonly Milestone[] {
  const { name, ops } = stream;
  const goodness = goodnessOf(recording, stream);
  const begin = firstDue(ops, window.effect[0]);
  let before = begin - 1;
  while (before >= 0 && (goodness[before] !== GOOD || ops.done(before) > window.effect[0])) before -= 1;
  if (before < 0 || (ops.server(before) === undefined && ops.timeline(before) === undefined)) return [];
  let last = window.effect[0];
  for (let i = begin; i < ops.length && (ops.s[i] ?? 0) <= window.until; i++) {
    if (goodness[i] !== GOOD) continue;
    const other = ops.timeline(before) === undefined ? ops.server(i) !== ops.server(before) : ops.timeline(i) !== ops.timeline(before);
    if (other) return [{ name: 'rerouted', of: name, ...since(window, last, ops.done(i)) }];
    last = ops.sent(i);
  }
  return [];
}

function fullThroughput(recording: Recording, window: Window): readonly Milestone[] {
  const closed = streamsIn(recording).filter((stream) => stream.load === 'closed' && stream.ops.length > 0);
  let [count, from, to] = [0, Number.POSITIVE_INFINITY, 0];
  const answers: number[] = [];
  for (const stream of closed) {
    const goodness = goodnessOf(recording, stream);
    const [first, end] = baselineOf(recording, stream);
    for (let i = first; i < stream.ops.length; i++) {
      const done = stream.ops.done(i);
      if (i < end) [from, to] = [Math.min(from, stream.ops.s[i] ?? from), Math.max(to, done)];
      if (goodness[i] !== GOOD) continue;
      if (i < end) count += 1;
      else answers.push(done);
    }
  }
  if (count === 0 || to - from < WINDOW_NS) return [];
  const needed = (count / (to - from)) * WINDOW_NS * FULL;
  answers.sort((a, b) => a - b);
  let [left, right, short] = [0, 0, Number.NEGATIVE_INFINITY];
  const end = Math.min(window.until, answers.at(-1) ?? 0) - WINDOW_NS;
  let at = window.effect[0];
  for (; at <= end; at += STEP_NS) {
    while (left < answers.length && (answers[left] ?? 0) < at) left += 1;
    while (right < answers.length && (answers[right] ?? 0) < at + WINDOW_NS) right += 1;
    if (right - left < needed) short = at;
  }
  const name = 'full throughput';
  if (short === Number.NEGATIVE_INFINITY) return [{ name, of: 'writers', lower: 0, upper: 0 }];
  // The last second that fell short began here: full throughput came within it, or it never came.
  const reached = short + STEP_NS <= end;
  return [{ name, of: 'writers', ...since(window, short, reached ? short + STEP_NS + WINDOW_NS : null) }];
}

/** From when on the cluster told of all its members as streaming, under the new leader, to the end. */
function redundant({ plan, events }: Recording, window: Window): readonly Milestone[] {
  const { cluster } = plan.system;
  if (cluster === undefined) return [];
  const told = events.filter((event) => event.k === 'cluster' && event.at > window.effect[0]) as readonly ClusterEvent[];
  const whole = ({ leader, members }: ClusterEvent) =>
    leader !== null &&
    cluster.members.every((name) =>
      members.some((each) => each.name === name && (name === leader || ['streaming', 'running'].includes(each.state))),
    ) &&
    (!cluster.synchronous || members.some((each) => each.role === 'sync_standby'));
  const last = told.findLastIndex((event) => !whole(event));
  if (last < 0) return [];
  return [{ name: 'redundant again', of: 'cluster', ...since(window, told[last]?.at ?? 0, told[last + 1]?.at ?? null) }];
}

/** What a client of this stream waited at most between two good answers; open-ended where none came any more. */
function longestGap(recording: Recording, stream: Stream, window: Window): readonly Milestone[] {
  const goodness = goodnessOf(recording, stream);
  const { ops } = stream;
  const answers: number[] = [];
  for (let i = Math.max(0, firstDue(ops, window.effect[0]) - 1000); i < ops.length && (ops.s[i] ?? 0) <= window.until; i++)
    if (goodness[i] === GOOD) answers.push(ops.done(i));
  answers.sort((a, b) => a - b);
  let [longest, before] = [0, Number.NaN];
  for (const at of answers) {
    if (at > window.effect[0] && !Number.isNaN(before)) longest = Math.max(longest, at - before);
    before = at;
  }
  const tail = window.until - (Number.isNaN(before) ? window.effect[0] : before);
  const over = tail <= Math.max(longest, 2 * stream.tau + stream.deadline);
  return [{ name: 'longest gap', of: stream.name, lower: over ? longest : tail, upper: over ? longest : null }];
}
