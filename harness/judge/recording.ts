import type { ObjectiveVerdict } from '../model/verdict.ts';
import type { Recording } from '../record/recording.ts';

/** Gate: the recording is whole and as it was written. Otherwise nothing that it says can be relied on, in either direction. */
export function judgeRecording({ defects, events, streams }: Recording): ObjectiveVerdict {
  const [first] = defects;
  const verdict = { name: 'recording', kind: 'recording', objective: 'whole and as it was written', measured: null } as const;
  if (first !== undefined) {
    const more = defects.length > 1 ? ` (and ${defects.length - 1} more)` : '';
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: first.reason,
      because: `${first.detail}${more}`,
      evidence: defects.map((defect) => defect.detail),
    };
  }
  const operations = [...streams.values()].reduce((sum, ops) => sum + ops.length, 0);
  const because = `${operations} operations and ${events.length} other events, sealed`;
  return { ...verdict, outcome: 'pass', reason: 'held', because, evidence: ['timeline.jsonl', 'seal.json'] };
}
