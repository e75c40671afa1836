import type { JudgedPlan } from '../model/plan.ts';
import type { Outcome, Reason } from '../model/reason.ts';
import { lostWrites, type ObjectiveVerdict } from '../model/verdict.ts';
import { gaugePromise } from './gauge.ts';
import { bracket, count, counted, seconds, share } from './say.ts';

/**
 * The verdict in one line: `RTO 3.40–3.45 s (objective 10 s, unaided) · RPO 0 of 4 210 acknowledged writes · PASS`. Bounds are rounded outward. An
 * inconclusive one names the reason and what was missing.
 */
export function headline(
  plan: JudgedPlan,
  objectives: readonly ObjectiveVerdict[],
  outcome: Outcome,
  reason: Reason,
  because: string,
): string {
  const figures = objectives.flatMap((verdict) => figure(plan, verdict));
  const end = { pass: 'PASS', fail: 'FAIL', inconclusive: `INCONCLUSIVE (${reason}): ${because}` }[outcome];
  return [...figures, end].join(' · ');
}

function figure({ objectives }: JudgedPlan, { name, measured, says }: ObjectiveVerdict): string[] {
  if (says !== undefined) return [says];
  const promised = objectives.find((each) => each.name === name);
  if (measured === null || promised === undefined) return [];
  if (measured.kind === 'rto' && promised.kind === 'rto') {
    const how = promised.recovers === 'unaided' ? 'unaided' : 'after the heal';
    return [`RTO ${bracket(measured.lower_s, measured.upper_s)} (objective ${seconds(promised.within_s)}, ${how})`];
  }
  if (measured.kind === 'rpo' && promised.kind === 'rpo') {
    // Without a final read nothing is known to be lost, and a zero would be a lie.
    if (measured.stores.every(({ role }) => role !== 'authority')) return ['RPO unknown'];
    const promise = promised.at_most_writes > 0 ? ` (objective ${counted(promised.at_most_writes, 'write')})` : '';
    return [`RPO ${count(lostWrites(measured))} of ${counted(measured.acknowledged, 'acknowledged write')}${promise}`];
  }
  if (measured.kind === 'availability' && promised.kind === 'availability')
    return [`${share(measured.lower, measured.upper)} good (objective ${Number((promised.at_least * 100).toFixed(4))} %)`];
  if (measured.kind === 'latency' && promised.kind === 'latency' && measured.p95_times !== null)
    return [
      `p95 ×${measured.p95_times.at_least.toFixed(2)}–${measured.p95_times.at_most.toFixed(2)} (objective ×${promised.at_most_times})`,
    ];
  if (measured.kind === 'gauge' && promised.kind === 'gauge')
    return [`${name} ${count(measured.least)}–${count(measured.most)} (objective ${gaugePromise(promised)})`];
  return [];
}
