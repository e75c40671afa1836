import type { Verdict } from '../model/verdict.ts';
import type { ReportView } from './view.ts';

const RUN = 1;
const FAULTS = 2;
const OUTAGES = 3;
const HARNESS = 4;

interface TraceEvent {
  readonly name: string;
  readonly ph: 'M' | 'X' | 'i' | 'C';
  readonly pid: 1;
  readonly tid: number;
  /** Microseconds since the run's start. */
  readonly ts: number;
  readonly dur?: number;
  readonly s?: 'g';
  readonly args?: Readonly<Record<string, unknown>>;
}

/**
 * The run in the Trace Event format, for a trace viewer: phases, faults, outages and stalls as spans, the cluster's changes as instants, good and bad
 * operations per slice as counters. As small for a long run as for a short one.
 */
export function trace(view: ReportView, verdict: Verdict): string {
  const events: TraceEvent[] = [
    named('process_name', 0, `faultline ${view.environment.run_id}`),
    ...(['phases', 'faults', 'outages', 'harness'] as const).map((name, i) => named('thread_name', i + 1, name)),
    ...view.phases.map((p) => span(p.phase, RUN, p.from_s, p.to_s)),
    ...view.faults.flatMap((f) => {
      const from = f.effect_s?.[0] ?? f.asked_s;
      if (from === null) return [];
      const to = f.healed_s?.[1] ?? view.whole?.to_s ?? from;
      return [
        span(f.name, FAULTS, from, to, { target: f.target, confirmed: f.confirmed, amplifier: f.amplifier, took_effect_s: f.effect_s }),
      ];
    }),
    ...verdict.episodes.map((e) =>
      span(`${e.stream} out`, OUTAGES, e.begins_s[0], e.ends_s[1] ?? view.whole?.to_s ?? e.last_bad_s, {
        lower_s: e.lower_s,
        upper_s: e.upper_s,
        errors: e.errors,
      }),
    ),
    ...view.stalls.map((s) => span('stall', HARNESS, s.from_s, s.to_s)),
    ...view.moments.map((m): TraceEvent => ({ name: m.text, ph: 'i', pid: 1, tid: RUN, ts: us(m.at_s), s: 'g' })),
    ...counters(view),
  ];
  const { run } = verdict;
  return `${JSON.stringify({ traceEvents: events, displayTimeUnit: 'ms', otherData: { run: run.id, scenario: run.scenario, headline: verdict.headline } })}\n`;
}

function counters(view: ReportView): TraceEvent[] {
  const frame = view.whole;
  if (frame === null) return [];
  const width = (frame.to_s - frame.from_s) / frame.slices;
  return frame.lanes.flatMap((lane) => {
    let before = '';
    return lane.buckets.flatMap((b, i): TraceEvent[] => {
      const args = { good: b.good, bad: b.bad, unknown: b.unknown };
      // A counter keeps its value until the next one.
      const same = JSON.stringify(args) === before;
      before = JSON.stringify(args);
      return same ? [] : [{ name: `${lane.name} (${lane.how})`, ph: 'C', pid: 1, tid: 0, ts: us(frame.from_s + i * width), args }];
    });
  });
}

function named(name: 'process_name' | 'thread_name', tid: number, value: string): TraceEvent {
  return { name, ph: 'M', pid: 1, tid, ts: 0, args: { name: value } };
}

function span(name: string, tid: number, from_s: number, to_s: number, args?: Readonly<Record<string, unknown>>): TraceEvent {
  return { name, ph: 'X', pid: 1, tid, ts: us(from_s), dur: Math.max(0, us(to_s) - us(from_s)), ...(args === undefined ? {} : { args }) };
}

function us(s: number): number {
  return Math.round(s * 1e6);
}
