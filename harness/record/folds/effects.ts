import { labelled } from '../../model/aimed-at.ts';
import type { ConditionEvent, EventOf, FaultEvent, SightEvent } from '../../model/event.ts';
import { FIRM, MAY_END_ALONE, witnessOf } from '../../model/faults/witness.ts';
import type { PlannedFault } from '../../model/plan.ts';
import { ALERT_WATCH } from '../../model/system.ts';
import type { Recording } from '../recording.ts';
import { heldBack } from './held-back.ts';
import { phaseBegan } from './phases.ts';

/** An interval of the observer's clock in ns in which something happened. */
export type Bracket = readonly [number, number];

/**
 * What became of a planned fault. `took_effect`: between last seen absent and first seen present, by the observer's own looks at the targets; null when it was not seen in
 * time, and then `missing` says why. `wrong_target`: something else was hit. `line`: where it was commanded.
 */
export interface Effect {
  readonly fault: PlannedFault;
  readonly targets: readonly string[];
  readonly asked: number | null;
  readonly command: number | null;
  readonly took_effect: Bracket | null;
  readonly missing: string | null;
  readonly wrong_target: boolean;
  readonly proof: string;
  readonly healing: number | null;
  readonly healed: Bracket | null;
  readonly stuck: boolean;
  readonly line: number | null;
}

const BYSTANDER_NS = 2e9;
/** A silence shorter than this that nothing healed is no death: a machine that is busy for a moment is silent, too. */
const LASTING_NS = 1e9;
/** A question answered well for so long while its fault should be there. */
const GONE_NS = 2e9;

/** What became of each planned fault, in the plan's order. Nothing is believed because it was asked for. */
export function effectsOf(recording: Recording): readonly Effect[] {
  return recording.plan.faults.map((fault) => effectOf(recording, fault));
}

function effectOf(recording: Recording, fault: PlannedFault): Effect {
  const deeds = recording.events.filter((event): event is FaultEvent => event.k === 'fault' && event.fault === fault.name);
  const first = (state: FaultEvent['state']) => deeds.find((deed) => deed.state === state);
  const command = first('command');
  const [healing, healed] = [first('healing')?.at ?? null, first('healed')?.at ?? null];
  const targets = command?.targets ?? first('asked')?.targets ?? [];
  const index = command === undefined ? -1 : recording.events.indexOf(command);
  const seen = command === undefined ? null : sawIt(recording, fault, targets, command.at);
  return {
    fault,
    targets,
    asked: first('asked')?.at ?? null,
    command: command?.at ?? null,
    took_effect: seen?.bracket ?? null,
    missing: seen === null ? `${fault.name} was never injected` : seen.missing,
    wrong_target: seen?.wrong ?? false,
    proof: seen?.proof ?? 'none',
    healing,
    healed: healing === null ? null : healedBetween(recording, fault, targets, healing, healed),
    stuck: deeds.some((deed) => deed.state === 'stuck'),
    line: index < 0 ? null : (recording.lines[index] ?? null),
  };
}

interface Seen {
  readonly bracket: Bracket | null;
  readonly missing: string | null;
  readonly wrong: boolean;
  readonly proof: string;
}

function sawIt(recording: Recording, fault: PlannedFault, targets: readonly string[], command: number): Seen {
  const strangers = notPlanned(recording, fault, targets, command);
  if (strangers !== null) return { bracket: null, missing: strangers, wrong: true, proof: 'none' };
  const disturb = phaseBegan(recording, 'disturb');
  if (disturb !== null && command < disturb) return missed(`${fault.name} was commanded before the disturbance began`);
  const limit = (fault.confirm_within_s + (fault.grace_s ?? 0)) * 1e9;
  const seen = sawEffect(recording, fault, targets, command);
  if (seen.bracket === null) return seen;
  if (seen.bracket[1] > command + limit)
    return missed(`${fault.name} took effect ${seconds(seen.bracket[1] - command)} after it was commanded, later than ${limit / 1e9} s`);
  const healing = healingOf(recording, fault);
  if (healing < seen.bracket[1]) return missed(`${fault.name} was healed before it was seen to take effect`);
  const gone = goneBefore(recording, fault, seen.bracket[1], healing);
  if (gone !== null) return missed(gone);
  const elsewhere = hitElsewhere(recording, fault);
  if (elsewhere !== null)
    return { bracket: null, missing: `${fault.name} hit something else, too: ${elsewhere}`, wrong: true, proof: 'none' };
  if (fault.fault === 'out-of-memory' && !targets.every((target) => conditionOf(recording, fault, 'after')?.services[target]?.oom === true))
    return missed(`${targets.join(', ')} died, but nobody says that the kernel's out-of-memory killer struck there`);
  return seen;
}

/** Why a fault that was seen was not there until its heal: it ended by itself, or nobody but ourselves ever met it. Null where nothing says so. */
function goneBefore(recording: Recording, fault: PlannedFault, seen: number, healing: number): string | null {
  const spoiled = toldOf(recording, fault, 'spoiled');
  if (spoiled.length > 0 && spoiled.every((requests) => requests === 0))
    return `${fault.name} was there, and no request of anybody's met it`;
  if (fault.fault === 'isolate') {
    const crossed = toldOf(recording, fault, 'crossed');
    if (crossed.some((packets) => packets > 0))
      return `${fault.name} did not cut all: ${Math.max(...crossed)} packets reached the other side while it was there`;
    if (crossed.length === 0 && Number.isFinite(healing)) return `nobody counted what crosses the line of ${fault.name}`;
  }
  if (!FIRM.has(fault.fault)) return null;
  const subjects = new Set(sightsOf(recording, fault).flatMap((sight) => (sight.on === 'target' ? [sight.name] : [])));
  const looks = recording.events.filter((event): event is EventOf<'watch'> => event.k === 'watch' && subjects.has(event.service));
  const back = looks.find(({ service, to, hi }) => {
    if (to !== 'alive' || hi <= seen || hi >= healing) return false;
    const again = looks.find((look) => look.service === service && look.to === 'dead' && look.hi > hi);
    return Math.min(again?.hi ?? Number.POSITIVE_INFINITY, healing) - hi >= GONE_NS;
  });
  return back === undefined
    ? null
    : `${fault.name} ended by itself before it was healed: ${back.service} was well again at ${seconds(back.hi)}`;
}

/** Figures that a fault told of itself in notes: requests of others that it `spoiled`, packets that `crossed` where it cut. */
function toldOf({ events }: Recording, { name }: PlannedFault, what: 'spoiled' | 'crossed'): readonly number[] {
  return events.flatMap((event) => {
    const { fault, [what]: figure } = ((event.k === 'note' && event.data) || {}) as Readonly<Record<string, unknown>>;
    return fault === name && typeof figure === 'number' ? [figure] : [];
  });
}

function missed(missing: string): Seen {
  return { bracket: null, missing, wrong: false, proof: 'none' };
}

function sawEffect(recording: Recording, fault: PlannedFault, targets: readonly string[], command: number): Seen {
  switch (witnessOf(fault.fault)) {
    case 'readiness':
      return sawDeaths(recording, fault, targets, command, (name) => !targets.includes(name) && name !== ALERT_WATCH);
    case 'standstill':
      return sawStandstill(recording, command);
    case 'sights': {
      const sights = sightsOf(recording, fault).filter((sight) => sight.at <= command);
      const bystanders = new Set(sights.flatMap((sight) => (sight.on === 'bystander' ? [sight.name] : [])));
      const subjects = sights.flatMap((sight) => (sight.on === 'target' ? [sight.name] : []));
      if (subjects.length === 0) return missed(`nobody looked for the effect of ${fault.name}`);
      const seen = sawDeaths(recording, fault, subjects, command, (name) => bystanders.has(name));
      const elsewhere = bystander(recording, fault, (name) => bystanders.has(name), command);
      if (elsewhere === null) return seen;
      return { bracket: null, missing: `${fault.name} bit where it should not: ${elsewhere}`, wrong: true, proof: 'none' };
    }
  }
}

/** What was declared, before a fault, as that by which it is seen. */
function sightsOf({ events }: Recording, fault: PlannedFault): readonly SightEvent[] {
  return events.filter((event): event is SightEvent => event.k === 'sight' && event.fault === fault.name);
}

/** Every subject (a target, or a sight) must have been seen alive before and dead after the command; a death before it was not ours. */
function sawDeaths(
  recording: Recording,
  fault: PlannedFault,
  targets: readonly string[],
  command: number,
  isBystander: (name: string) => boolean,
): Seen {
  const none = (missing: string, wrong = false): Seen => ({ bracket: null, missing, wrong, proof: 'none' });
  if (targets.length === 0) return none('it had no target');
  const watches = recording.events.filter((event) => event.k === 'watch');
  const deaths: EventOf<'watch'>[] = [];
  for (const target of targets) {
    const own = watches.filter((event) => event.service === target);
    if (own.length === 0) return none(`${target} was not watched`);
    const before = own.filter((event) => event.hi <= command).at(-1);
    const lasts = lastingOf(recording, fault, own);
    // A look that was late just then, and was well again by itself, is no death either.
    if (before?.to === 'dead' && lasts(before)) return none(`${target} was dead already when it was commanded`);
    // From dead to dead: what had only been silent turned out to be dead.
    const death = own.find((event) => event.from !== 'unknown' && event.to === 'dead' && event.hi > command && lasts(event));
    if (death === undefined) {
      const other = bystander(recording, fault, isBystander, command);
      return none(
        `${target} was ${own.some((event) => event.from === 'alive' && event.to === 'dead' && event.hi > command) ? 'silent for a moment only' : own.some((event) => event.to === 'alive') ? 'never seen dead' : 'never seen alive'}${other === null ? '' : `, but ${other} died`}`,
        other !== null,
      );
    }
    deaths.push(death);
  }
  // What a command does, it does not do before it is given, however long ago the last look was.
  const bracket: Bracket = [Math.max(command, Math.min(...deaths.map((death) => death.lo))), Math.max(...deaths.map((death) => death.hi))];
  const proof = deaths.map((d) => `${d.service}: alive at ${seconds(d.lo)}, dead at ${seconds(d.hi)} (${d.how})`).join('; ');
  return { bracket, missing: null, wrong: false, proof };
}

/** Whether a death among all looks at one service was one: a silence for a moment that nothing healed is none, unless another life began in it. */
function lastingOf(recording: Recording, fault: PlannedFault, own: readonly EventOf<'watch'>[]): (death: EventOf<'watch'>) => boolean {
  const alive = own.flatMap((event) => (event.to === 'alive' ? [event.hi] : [])).sort((a, b) => a - b);
  const healing = healingOf(recording, fault);
  const [first] = own;
  const anew = first !== undefined && livesAnew(recording, fault, first.service);
  return (death) => {
    if (death.silent !== true || anew) return true;
    const back = firstAfter(alive, death.hi);
    return back - death.hi >= LASTING_NS || back >= healing;
  };
}

/** When a fault was commanded to heal (ns); infinite when it never was. */
function healingOf({ events }: Recording, { name }: PlannedFault): number {
  const healing = events.find((event) => event.k === 'fault' && event.fault === name && event.state === 'healing');
  return healing?.at ?? Number.POSITIVE_INFINITY;
}

/** The first of sorted moments after one; infinite without any. */
function firstAfter(sorted: readonly number[], moment: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= moment) low = middle + 1;
    else high = middle;
  }
  return sorted[low] ?? Number.POSITIVE_INFINITY;
}

/** A watched service that died just after the command although it was not meant; null when there is none. Silent for a moment is not dead, for it as for a target. */
function bystander(recording: Recording, fault: PlannedFault, isBystander: (name: string) => boolean, command: number): string | null {
  const watches = recording.events.filter((event) => event.k === 'watch');
  const lasts = (death: EventOf<'watch'>) =>
    lastingOf(
      recording,
      fault,
      watches.filter(({ service }) => service === death.service),
    )(death);
  const died = watches.find(
    (w) => w.from === 'alive' && w.to === 'dead' && isBystander(w.service) && w.hi > command && w.lo <= command + BYSTANDER_NS && lasts(w),
  );
  return died?.service ?? null;
}

/** Holding replication back is seen in the positions that the leader reports, from the command on; the run waited for the same. */
function sawStandstill(recording: Recording, command: number): Seen {
  const samples = recording.events.filter((event) => event.k === 'lag' && event.at >= command) as EventOf<'lag'>[];
  const bracket = heldBack(samples, command);
  if (bracket === null) return { bracket, missing: 'replication was never seen to stand still', wrong: false, proof: 'none' };
  return {
    bracket,
    missing: null,
    wrong: false,
    proof: `no standby's position moved between ${seconds(bracket[0])} and ${seconds(bracket[1])}, and each lacked WAL`,
  };
}

/** Why the services that were hit are not those that the plan means; null when they are. */
function notPlanned({ plan, events }: Recording, fault: PlannedFault, targets: readonly string[], command: number): string | null {
  const same = (wanted: readonly string[]) => wanted.length === targets.length && wanted.every((name) => targets.includes(name));
  const hit = targets.join(', ') || 'nothing';
  const { target } = fault;
  if (typeof target === 'string') return same([target]) ? null : `the plan means ${target}, ${hit} was hit`;
  if ('label' in target) {
    const wanted = labelled(plan.system, target.label);
    return same(wanted) ? null : `the plan means ${wanted.join(', ')}, ${hit} was hit`;
  }
  const leader = events.filter((event) => event.k === 'cluster' && event.at <= command).at(-1);
  const name = leader?.k === 'cluster' ? leader.leader : null;
  if (name === null) return `the plan means the current ${target.role}, and nobody was known to lead`;
  if (target.role === 'primary') return same([name]) ? null : `the primary was ${name}, ${hit} was hit`;
  if (target.role === 'sync_standby') {
    const members = leader?.k === 'cluster' ? leader.members : [];
    const waitedFor = members.filter((member) => member.role === 'sync_standby').map((member) => member.name);
    if (waitedFor.length > 0) return same(waitedFor) ? null : `the synchronous standby was ${waitedFor.join(', ')}, ${hit} was hit`;
    if (plan.system.cluster?.synchronous === true) return `the synchronous standby was nobody, ${hit} was hit`;
    // Where the primary waits for nobody, one standby is as good as another.
    const standby = targets.length === 1 && members.some((member) => member.name === targets[0] && member.name !== name);
    return standby ? null : `the plan means a standby, ${hit} was hit while ${name} led`;
  }
  return targets.length > 0 && !targets.includes(name) ? null : `the plan means replicas, ${hit} was hit while ${name} led`;
}

/** A service that was frozen or killed although no fault up to then meant it and it ran before; null when there is none, or nobody looked. */
function hitElsewhere(recording: Recording, fault: PlannedFault): string | null {
  const [before, after] = [conditionOf(recording, fault, 'before'), conditionOf(recording, fault, 'after')];
  if (before === undefined || after === undefined) return null;
  const meant = recording.events.flatMap((event) =>
    event.k === 'fault' && event.state === 'command' && event.at <= after.at ? event.targets : [],
  );
  const hit = Object.entries(after.services).find(([name, { state, exit }]) => {
    if (meant.includes(name) || before.services[name]?.state !== 'running') return false;
    return state === 'paused' || (state === 'stopped' && exit === 137);
  });
  return hit === undefined ? null : `${hit[0]} is ${hit[1].state === 'paused' ? 'frozen' : 'dead by SIGKILL'}`;
}

/** Whether another life of a service began since before the fault, as its engine or kernel says: then it was dead in between, however short its silence was. */
function livesAnew(recording: Recording, fault: PlannedFault, service: string): boolean {
  const [before, after] = (['before', 'after'] as const).map(
    (when) => conditionOf(recording, fault, when)?.services[service]?.life ?? null,
  );
  return before !== null && after !== null && before !== after;
}

function conditionOf({ events }: Recording, fault: PlannedFault, when: ConditionEvent['when']): ConditionEvent | undefined {
  return events.find((event): event is ConditionEvent => event.k === 'condition' && event.fault === fault.name && event.when === when);
}

/**
 * When all targets were well again: after the heal command, or before it where they came back by themselves (a restart, a supervisor); by the observer's looks, or the deed's own stamps where there is
 * nothing to look at.
 */
function healedBetween(
  recording: Recording,
  fault: PlannedFault,
  targets: readonly string[],
  healing: number,
  healed: number | null,
): Bracket | null {
  const witness = witnessOf(fault.fault);
  if (witness === 'standstill') return healed === null ? null : [healing, healed];
  const subjects =
    witness === 'readiness' ? targets : sightsOf(recording, fault).flatMap((sight) => (sight.on === 'target' ? [sight.name] : []));
  const brackets = subjects.flatMap((subject) => {
    const own = recording.events.filter((event): event is EventOf<'watch'> => event.k === 'watch' && event.service === subject);
    const back = own.find((event) => event.from === 'dead' && event.to === 'alive' && event.hi > healing);
    if (back !== undefined) return [[Math.max(healing, back.lo), back.hi] as const];
    // A service may come back by itself; what a fault does to a question is there until it is healed, unless it may end alone.
    if (witness === 'sights' && !MAY_END_ALONE.has(fault.fault)) return [];
    const last = own.filter((event) => event.hi <= healing).at(-1);
    return last?.from === 'dead' && last.to === 'alive' ? [[last.lo, last.hi] as const] : [];
  });
  if (brackets.length === 0 || brackets.length < subjects.length) return null;
  return [Math.max(...brackets.map(([lo]) => lo)), Math.max(...brackets.map(([, hi]) => hi))];
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}
