import type { Objective } from '../model/objective.ts';
import type { Verdict } from '../model/verdict.ts';
import { type Effect, effectsOf } from '../record/folds/effects.ts';
import { type Judged, judgeStream } from '../record/folds/episodes.ts';
import { type Stream, sentAt, streamsIn } from '../record/folds/streams.ts';
import type { Recording } from '../record/recording.ts';
import { availabilityFloor, availabilitySpan, measureAvailability } from './availability.ts';
import { BASELINE_FLOOR, steadyStates } from './baseline.ts';
import { rpoFloors } from './rpo.ts';

/** The figures of a verdict that are no judgement: what was seen, beside what is needed. Outages are those that are known: nobody is blamed for what the harness missed. */
export function figuresOf(
  recording: Recording,
): Pick<Verdict, 'faults' | 'episodes' | 'downtime_s' | 'availability' | 'floors' | 'harness'> {
  const open = streamsIn(recording).filter((stream) => stream.load === 'open' && stream.ops.length > 0);
  const judged = open.map((stream) => judgeStream(recording, stream, 'unknown_as_good'));
  const span = availabilitySpan(recording);
  return {
    faults: effectsOf(recording).map(faultFigure),
    episodes: judged.flatMap(episodeFigures),
    downtime_s: judged.map(({ stream, downtime }) => ({ stream: stream.name, downtime_s: downtime / 1e9 })),
    availability:
      span === null
        ? []
        : [...new Set(open.map((stream) => stream.journey))].map((journey) => {
            const { lower, upper, scheduled } = measureAvailability(recording, [journey], span);
            return { journey, lower, upper, scheduled };
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
    first_bad_s: sentIn(stream, episode.first),
    last_bad_s: sentIn(stream, episode.last),
    begins_s: [episode.begins[0] / 1e9, episode.begins[1] / 1e9],
    ends_s: [episode.ends[0] / 1e9, episode.ends[1] === null ? null : episode.ends[1] / 1e9],
    errors: { ...episode.errors },
  }));
}

function sentIn({ ops }: Stream, index: number): number {
  const op = ops[index];
  return op === undefined ? 0 : sentAt(op) / 1e9;
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
  const late: number[] = [];
  let [unknown, scheduled] = [0, 0];
  for (const { stream, goodness } of judged) {
    scheduled += goodness.length;
    for (const each of goodness) if (each === 'unknown') unknown += 1;
    for (const op of stream.ops) if (op.o !== 'ns') late.push(op.x / 1e6);
  }
  const sorted = Float64Array.from(late).sort();
  return {
    lateness_ms_p99: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? null,
    unknown_ratio: scheduled === 0 ? null : unknown / scheduled,
    stalls: events.filter((event) => event.k === 'stall').length,
    tau_ms: plan.tau_s * 1000,
  };
}
