import type { ObjectiveVerdict } from '../model/verdict.ts';
import { judgeStream } from '../record/folds/episodes.ts';
import { GOOD, goodnessOf, UNKNOWN } from '../record/folds/goodness.ts';
import { phaseBegan } from '../record/folds/phases.ts';
import { baselineOf, type Stream, streamsIn } from '../record/folds/streams.ts';
import type { Recording } from '../record/recording.ts';
import { counted, oneLine } from './say.ts';

const LEAST_GOOD = 0.99;
/** Known operations that each stream's baseline needs. */
export const BASELINE_FLOOR = 100;

/** How well one stream fared before anything was broken; unknown operations are left out. */
export interface Steady {
  readonly stream: string;
  readonly good: number;
  readonly known: number;
  readonly outage: boolean;
}

/**
 * Gate: the steady state held before anything was broken. Each open stream (where none is open, the closed writers of each journey together) was at least 99 % good, without an outage,
 * over at least 100 operations of which something is known. Otherwise there is nothing to compare with: inconclusive.
 */
export function judgeBaseline(recording: Recording): ObjectiveVerdict {
  const steady = steadyStates(recording);
  const verdict = {
    name: 'baseline',
    kind: 'baseline',
    objective: '≥ 99 % good before the fault',
    measured: null,
    evidence: streamsIn(recording).map((stream) => `line ${stream.line}`),
  } as const;
  const not = (reason: 'baseline.unhealthy' | 'evidence.no_operations' | 'evidence.floor', because: string): ObjectiveVerdict => ({
    ...verdict,
    outcome: 'inconclusive',
    reason,
    because,
  });
  if (steady.length === 0)
    return not(
      phaseBegan(recording, 'disturb') === null ? 'baseline.unhealthy' : 'evidence.no_operations',
      'no stream ever sent an operation',
    );
  if (phaseBegan(recording, 'disturb') === null) return not('baseline.unhealthy', `the run never left its baseline${lastNote(recording)}`);
  for (const { stream, good, known, outage } of steady) {
    if (known < BASELINE_FLOOR)
      return not('evidence.floor', `${stream}: ${counted(known, 'operation')} known before the fault, ${BASELINE_FLOOR} needed`);
    if (good / known < LEAST_GOOD)
      return not('baseline.unhealthy', `${stream}: ${good} of ${counted(known, 'operation')} good before the fault, at least 99 % needed`);
    if (outage) return not('baseline.unhealthy', `${stream} had an outage before the fault`);
  }
  const [good, known] = [steady.reduce((sum, each) => sum + each.good, 0), steady.reduce((sum, each) => sum + each.known, 0)];
  return { ...verdict, outcome: 'pass', reason: 'held', because: `${good} of ${counted(known, 'operation')} good before the fault` };
}

/** The steady state of each stream that is judged. */
export function steadyStates(recording: Recording): readonly Steady[] {
  const streams = streamsIn(recording);
  const open = streams.filter((stream) => stream.load === 'open');
  if (open.length > 0) return open.map((stream) => steadyState(recording, stream.name, [stream]));
  return [...new Set(streams.map((stream) => stream.journey))].map((journey) =>
    steadyState(
      recording,
      journey,
      streams.filter((stream) => stream.journey === journey),
    ),
  );
}

function steadyState(recording: Recording, name: string, streams: readonly Stream[]): Steady {
  const disturb = phaseBegan(recording, 'disturb') ?? Number.POSITIVE_INFINITY;
  const began = phaseBegan(recording, 'baseline') ?? 0;
  let [good, known] = [0, 0];
  for (const stream of streams) {
    const goodness = goodnessOf(recording, stream);
    const [first, end] = baselineOf(recording, stream);
    for (let i = first; i < end; i++) {
      if (goodness[i] !== UNKNOWN) known += 1;
      if (goodness[i] === GOOD) good += 1;
    }
  }
  const outage = streams.some(
    (stream) =>
      stream.load === 'open' &&
      judgeStream(recording, stream, 'unknown_as_good').cores.some(
        ({ last }) =>
          (stream.ops.s[last] ?? began) >= began && (stream.ops.s[last] ?? Number.POSITIVE_INFINITY) + stream.deadline < disturb,
      ),
  );
  return { stream: name, good, known, outage };
}

function lastNote({ events }: Recording): string {
  const note = events.findLast((event) => event.k === 'note');
  return note?.k === 'note' ? `: ${oneLine(note.text)}` : '';
}
