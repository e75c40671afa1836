import type { Environment } from '../model/environment.ts';
import type { ClusterEvent, EventOf, Op, Phase, TimelineEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Frame, frameOf, type Span } from './frame.ts';
import { latencyByPhase, type PhaseLatency } from './latency.ts';

/** What reports read of a recording: the plan, where it ran, every event that is no operation, and the operations by stream (`journey/writer`). */
export interface ReportInput {
  readonly plan: Plan;
  readonly environment: Environment;
  /** What is wrong with the recording itself, if anything. */
  readonly defects?: readonly { readonly reason: string; readonly detail: string }[];
  readonly events: readonly Exclude<TimelineEvent, Op>[];
  readonly streams: ReadonlyMap<string, Iterable<Op> & { readonly length: number }>;
}

/** A fault on the picture; seconds since the run's start, null where it never came so far. */
export interface FaultSpan {
  readonly name: string;
  readonly what: string;
  readonly target: readonly string[];
  readonly amplifier: boolean;
  readonly confirmed: boolean;
  readonly asked_s: number | null;
  readonly effect_s: readonly [number, number] | null;
  readonly healing_s: number | null;
  readonly healed_s: readonly [number, number] | null;
}

/** How long recovery took, laid on the run's clock. `back_s`: the bracket of its end; the second is null when nobody saw it. */
export interface Recovery {
  readonly objective: string;
  readonly effect_s: readonly [number, number];
  readonly back_s: readonly [number, number | null];
  readonly deadline_s: number | null;
  readonly lower_s: number;
  readonly upper_s: number | null;
  readonly within_s: number | null;
}

/** A moment with a word: somebody else leads, the run was cut short. */
export interface Moment {
  readonly at_s: number;
  readonly kind: 'cluster' | 'cut' | 'stuck';
  readonly text: string;
}

/**
 * A recording reduced to what reports show, however long it was: a few hundred buckets per lane. Times in seconds since the run's start, by the
 * observer's clock, as in verdict.json. `close` shows the outage alone where `whole` would show it small; both are null when there is nothing to draw.
 */
export interface ReportView {
  readonly plan: Plan;
  readonly environment: Environment;
  readonly defects: readonly { readonly reason: string; readonly detail: string }[];
  /** The wall clock at t = 0 in ms since 1970; null when the timeline has no hello. For aligning logs, never for arithmetic. */
  readonly wall_ms: number | null;
  readonly whole: Frame | null;
  readonly close: Frame | null;
  readonly phases: readonly (Span & { readonly phase: Phase })[];
  readonly faults: readonly FaultSpan[];
  readonly recoveries: readonly Recovery[];
  readonly moments: readonly Moment[];
  readonly stalls: readonly Span[];
  readonly cluster: readonly (Omit<ClusterEvent, 'k' | 'at'> & { readonly at_s: number })[];
  readonly notes: readonly { readonly at_s: number; readonly text: string }[];
  readonly reads: readonly EventOf<'read'>[];
  readonly latencies: readonly PhaseLatency[];
  readonly operations: number;
  /** Ids of lost writes that the picture marks, and whether these are all. */
  readonly lost_drawn: number;
  readonly lost_all: boolean;
}

/**
 * Reduces a recording for the reporters. Takes failed, aborted, empty and damaged recordings alike: what is missing is left out.
 * `lost`: all ids of lost writes (lost.txt); without it, those that the verdict names (the first 1,000).
 */
export function reportView(input: ReportInput, verdict: Verdict, lost: readonly string[] = lostIds(verdict)): ReportView {
  const events = input.events;
  const phases = phasesOf(events);
  const faults = faultsOf(events, verdict);
  const recoveries = recoveriesOf(input.plan, verdict, faults);
  const stalls = events.filter((e) => e.k === 'stall').map((e) => ({ from_s: e.at / 1e9, to_s: e.to / 1e9 }));
  const source = { streams: input.streams, events, plan: input.plan, stalls, lost: new Set(lost) };
  const whole = wholeSpan(input, phases);
  const close = closeSpan(whole, faults, verdict, recoveries);
  const count = lostCount(verdict);
  const frame = whole && frameOf(source, whole);
  return {
    plan: input.plan,
    environment: input.environment,
    defects: input.defects ?? [],
    wall_ms: events.find((e) => e.k === 'hello')?.wall_ms ?? null,
    whole: frame,
    close: close && frameOf(source, close),
    phases,
    faults,
    recoveries,
    moments: momentsOf(events),
    stalls,
    cluster: events.filter((e) => e.k === 'cluster').map(({ k: _, at, ...rest }) => ({ at_s: at / 1e9, ...rest })),
    notes: events.filter((e) => e.k === 'note').map((e) => ({ at_s: e.at / 1e9, text: e.text })),
    reads: events.filter((e) => e.k === 'read'),
    latencies: latencyByPhase(input.streams, frame?.lanes ?? [], phases),
    operations: [...input.streams.values()].reduce((sum, ops) => sum + ops.length, 0),
    lost_drawn: lost.length,
    lost_all: lost.length >= count,
  };
}

/** The ids of lost writes that a verdict names. */
export function lostIds(verdict: Verdict): readonly string[] {
  return [...new Set(verdict.objectives.flatMap((o) => (o.measured?.kind === 'rpo' ? o.measured.lost_ids : [])))];
}

function lostCount(verdict: Verdict): number {
  return Math.max(0, ...verdict.objectives.map((o) => (o.measured?.kind === 'rpo' ? o.measured.lost : 0)));
}

function phasesOf(events: ReportInput['events']): (Span & { phase: Phase })[] {
  const begun = events.filter((e) => e.k === 'phase');
  const last = lastMoment(events);
  return begun.map((e, i) => ({ phase: e.phase, from_s: e.at / 1e9, to_s: (begun[i + 1]?.at ?? last) / 1e9 }));
}

function lastMoment(events: ReportInput['events']): number {
  let last = 0;
  for (const e of events) if ('at' in e && e.at > last) last = e.at;
  return last;
}

function faultsOf(events: ReportInput['events'], verdict: Verdict): FaultSpan[] {
  const deeds = events.filter((e) => e.k === 'fault');
  const names = new Set([...verdict.faults.map((f) => f.name), ...deeds.map((e) => e.fault)]);
  return [...names].map((name) => {
    const judged = verdict.faults.find((f) => f.name === name);
    const first = (state: string) => {
      const deed = deeds.find((e) => e.fault === name && e.state === state);
      return deed === undefined ? null : deed.at / 1e9;
    };
    const healed = first('healed');
    return {
      name,
      what: judged?.fault ?? '',
      target: judged?.target ?? deeds.find((e) => e.fault === name && e.targets.length > 0)?.targets ?? [],
      amplifier: judged?.amplifier ?? false,
      confirmed: judged?.confirmed ?? false,
      asked_s: judged?.asked_s ?? first('asked') ?? first('command'),
      effect_s: judged?.took_effect_s ?? null,
      healing_s: first('healing') ?? judged?.healed_s?.[0] ?? null,
      healed_s: judged?.healed_s ?? (healed === null ? null : [healed, healed]),
    };
  });
}

function recoveriesOf(plan: Plan, verdict: Verdict, faults: readonly FaultSpan[]): Recovery[] {
  const effects = faults.filter((f) => !f.amplifier && f.effect_s !== null);
  const effect = effects.map((f) => f.effect_s).sort((a, b) => (a?.[0] ?? 0) - (b?.[0] ?? 0))[0];
  if (!effect) return [];
  return verdict.objectives.flatMap((o) => {
    if (o.measured?.kind !== 'rto') return [];
    const promised = plan.objectives.find((p) => p.name === o.name);
    const within_s = promised?.kind === 'rto' ? promised.within_s : null;
    const { lower_s, upper_s } = o.measured;
    const upper = upper_s === null ? null : effect[0] + upper_s;
    return {
      objective: o.name,
      effect_s: effect,
      // The lower bound counts from the latest moment of the effect, the upper one from the earliest.
      back_s: [Math.min(effect[1] + lower_s, upper ?? Number.POSITIVE_INFINITY), upper] as const,
      deadline_s: within_s === null ? null : effect[0] + within_s,
      lower_s,
      upper_s,
      within_s,
    };
  });
}

function momentsOf(events: ReportInput['events']): Moment[] {
  const moments: Moment[] = [];
  let before: { leader: string | null; timeline: number | null } | null = null;
  for (const e of events) {
    if (e.k === 'cut') moments.push({ at_s: e.at / 1e9, kind: 'cut', text: e.by });
    else if (e.k === 'fault' && e.state === 'stuck') moments.push({ at_s: e.at / 1e9, kind: 'stuck', text: `${e.fault} will not heal` });
    else if (e.k === 'cluster' && (before === null || before.leader !== e.leader || before.timeline !== e.timeline)) {
      const timeline = e.timeline === null ? '' : `, timeline ${e.timeline}`;
      moments.push({ at_s: e.at / 1e9, kind: 'cluster', text: e.leader === null ? 'nobody leads' : `${e.leader} leads${timeline}` });
      before = e;
    }
  }
  return moments;
}

/** From the warm-up (or the first operation) to the end of the final read: standing up and tearing down are long and say nothing. */
function wholeSpan(input: ReportInput, phases: ReportView['phases']): Span | null {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const ops of input.streams.values())
    for (const op of ops) {
      if (op.s < first) first = op.s;
      if (op.s + Math.max(op.c, 0) > last) last = op.s + Math.max(op.c, 0);
    }
  const of = (...wanted: Phase[]) => phases.filter((p) => wanted.includes(p.phase));
  const shown = of('warm-up', 'baseline', 'disturb', 'heal', 'settle', 'read');
  const all = shown.length > 0 ? shown : phases;
  const from_s = Math.min(first / 1e9, ...all.map((p) => p.from_s));
  const to_s = Math.max(last / 1e9, ...all.map((p) => p.to_s));
  return Number.isFinite(from_s) && Number.isFinite(to_s) && to_s > from_s ? { from_s, to_s } : null;
}

/** From a little before the fault was asked for to a little after good service was back, where that is less than half of the whole. */
function closeSpan(whole: Span | null, faults: readonly FaultSpan[], verdict: Verdict, recoveries: readonly Recovery[]): Span | null {
  if (whole === null) return null;
  const begins = faults.flatMap((f) => (f.effect_s === null ? [] : [f.asked_s ?? f.effect_s[0], f.effect_s[0]]));
  const ends = [
    ...recoveries.flatMap((r) => (r.back_s[1] === null ? [] : [r.back_s[1]])),
    ...verdict.episodes.flatMap((e) => (e.ends_s[1] === null ? [] : [e.ends_s[1]])),
  ];
  if (begins.length === 0 || ends.length === 0 || verdict.episodes.length === 0) return null;
  const from = Math.min(...begins);
  const to = Math.max(...ends);
  if (to <= from) return null;
  const pad = Math.max(0.3, (to - from) * 0.2);
  const close = { from_s: Math.max(whole.from_s, from - pad), to_s: Math.min(whole.to_s, to + pad) };
  return close.to_s - close.from_s < (whole.to_s - whole.from_s) / 2 ? close : null;
}
