import type { ObjectiveVerdict } from '../model/verdict.ts';
import { met } from '../record/folds/marks.ts';
import type { Recording } from '../record/recording.ts';
import { at, counted } from './say.ts';

/** The run met all that its plan says it must (`must_see`), while its faults were on. One that did not has not tried what it is for: no promise of it holds. */
export function judgeMarks(recording: Recording): ObjectiveVerdict {
  const marks = (recording.plan.must_see ?? []).map((mark) => ({ mark, seen: met(recording, mark) }));
  const verdict = {
    name: 'marks',
    kind: 'marks',
    objective: `must see ${marks.map(({ mark }) => mark).join(', ')}`,
    measured: null,
  } as const;
  const evidence = marks.flatMap(({ seen }) => (seen === null ? [] : [`line ${seen.line}`]));
  const unseen = marks.flatMap(({ mark, seen }) => (seen === null ? [mark] : []));
  if (unseen.length > 0)
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'evidence.unseen',
      because: `never seen while the fault was on: ${unseen.join(', ')}`,
      evidence,
    };
  const because = marks
    .flatMap(({ mark, seen }) => (seen === null ? [] : [`${mark} ${counted(seen.times, 'time')}, first at ${at(seen.at)}`]))
    .join('; ');
  return { ...verdict, outcome: 'pass', reason: 'held', because, evidence };
}
