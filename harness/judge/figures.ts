import type { Objective } from '../model/objective.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Effect, effectsOf } from '../record/folds/effects.ts';
import { type Judged, judgeStream } from '../record/folds/episodes.ts';
import { UNKNOWN } from '../record/folds/goodness.ts';
import { type Milestone, milestonesOf } from '../record/folds/milestones.ts';
import { streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, windowOf } from '../record/folds/window.ts';
import { OUTCOME } from '../record/ops.ts';
import type { Recording } from '../record/recording.ts';
import { availabilityFloor, availabilitySpan, measureAvailability } from './availability.ts';
import { BASELINE_FLOOR, steadyStates } from './baseline.ts';
import { rpoFloors } from './rpo.ts';

/** The figures of a verdict that are no judgement: what was seen, beside what is needed. Outages are those that are known: nobody is blamed for what the harness missed. */
export function figuresOf(
  recording: Recording,
): Pick<Verdict, 'faults' | 'episodes' | 'milestones' | 'downtime_s' | 'availability' | 'floors' | 'harness'> {
  const open = streamsIn(recording).filter((stream) => stream.load === 'open' && stream.ops.length > 0);
  const judged = open.map((stream) => judgeStream(recording, stream, 'unknown_as_good'));
  const span = availabilitySpan(recording);
  const window = windowOf(recording);
  return {
    faults: effectsOf(recording).map(faultFigure),
    episodes: judged.flatMap(episodeFigures),
    milestones: window === null || nothingHappened(recording) ? [] : milestonesOf(recording, window).map(inSeconds),
    downtime_s: judged.map(({ stream, downtime }) => ({ stream: stream.name, downtime_s: downtime / 1e9 })),
    availability:
      span === null
        ? []
        : [...new Set(open.map((stream) => stream.journey))].map((journey) => {
            const { lower, upper, scheduled, stale } = measureAvailability(recording, [journey], span);
            return { journey, lower, upper, scheduled, ...(stale === undefined ? {} : { stale }) };
          }),
    floors: [
      ...steadyStates(recording).map(({ stream, known }) => ({
        name: `${stream}: operations in the baseline`,
        needed: BASELINE_FLOOR,
        seen: known,
        unit: 'operations',
      })),
      ...recording.plan.objectives.flatMap((objective) => floorsOf(recording, objective, span)),
    ],
    harness: harnessFigures(recording, judged),
  };
}

function inSeconds({ name, of, lower, upper }: Milestone): Verdict['milestones'][number] {
  return { name, of, lower_s: lower / 1e9, upper_s: upper === null ? null : upper / 1e9 };
}

function faultFigure({ fault, targets, asked, took_effect, missing, proof, healed }: Effect): Verdict['faults'][number] {
  return {
    name: fault.name,
    fault: fault.fault,
    amplifier: fault.amplifier,
    target: [...targets],
    asked_s: asked === null ? null : asked / 1e9,
    took_effect_s: took_effect === null ? null : [took_effect[0] / 1e9, took_effect[1] / 1e9],
    confirmed: took_effect !== null,
    proof: took_effect === null ? (missing ?? proof) : proof,
    healed_s: healed === null ? null : [healed[0] / 1e9, healed[1] / 1e9],
  };
}

function episodeFigures({ stream, episodes }: Judged): Verdict['episodes'] {
  return episodes.map((episode) => ({
    stream: stream.name,
    lower_s: episode.lower / 1e9,
    upper_s: episode.upper === null ? null : episode.upper / 1e9,
    first_bad_s: stream.ops.sent(episode.first) / 1e9,
    last_bad_s: stream.ops.sent(episode.last) / 1e9,
    begins_s: [episode.begins[0] / 1e9, episode.begins[1] / 1e9],
    ends_s: [episode.ends[0] / 1e9, episode.ends[1] === null ? null : episode.ends[1] / 1e9],
    errors: { ...episode.errors },
    ...(episode.stall === null
      ? {}
      : {
          stall: {
            gap_s: episode.stall.gap === null ? null : episode.stall.gap / 1e9,
            late_s: [episode.stall.late[0] / 1e9, episode.stall.late[1] === null ? null : episode.stall.late[1] / 1e9] as [
              number,
              number | null,
            ],
          },
        }),
  }));
}

function floorsOf(recording: Recording, objective: Objective, span: readonly [number, number] | null): Verdict['floors'] {
  if (objective.kind === 'rpo') return [...rpoFloors(recording, objective)];
  if (objective.kind !== 'availability' || span === null) return [];
  const { scheduled } = measureAvailability(recording, objective.of, span);
  return [
    {
      name: `${objective.name}: operations in the window`,
      needed: availabilityFloor(objective.at_least),
      seen: scheduled,
      unit: 'operations',
    },
  ];
}

function harnessFigures({ plan, events }: Recording, judged: readonly Judged[]): Verdict['harness'] {
  let [unknown, scheduled] = [0, 0];
  for (const { goodness } of judged) {
    scheduled += goodness.length;
    for (const each of goodness) if (each === UNKNOWN) unknown += 1;
  }
  return {
    lateness_ms_p99: latenessP99(judged),
    unknown_ratio: scheduled === 0 ? null : unknown / scheduled,
    stalls: events.filter((event) => event.k === 'stall').length,
    tau_ms: plan.tau_s * 1000,
  };
}

const FINE_NS = 1000;
const COARSE = 1 << 16;

/** The lateness that 99 of 100 operations kept to, in ms to the microsecond; null when none was sent. Counted, not sorted: there may be millions. */
function latenessP99(judged: readonly Judged[]): number | null {
  const counts = new Uint32Array(COARSE);
  const beyond: number[] = [];
  let sent = 0;
  for (const { stream } of judged) {
    const { x, o, length } = stream.ops;
    for (let i = 0; i < length; i++) {
      if (o[i] === OUTCOME.ns) continue;
      sent += 1;
      const late = Math.ceil((x[i] ?? 0) / FINE_NS);
      if (late < COARSE) counts[late] = (counts[late] ?? 0) + 1;
      else beyond.push(late);
    }
  }
  if (sent === 0) return null;
  let left = Math.min(sent - 1, Math.floor(sent * 0.99));
  for (let late = 0; late < COARSE; late++) {
    left -= counts[late] ?? 0;
    if (left < 0) return late / 1000;
  }
  beyond.sort((a, b) => a - b);
  return (beyond[left] ?? 0) / 1000;
}
