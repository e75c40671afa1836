import { lostWrites, type Verdict } from '../model/verdict.ts';

/** Runs after which the largest of them bounds the 95th percentile with 95 % confidence: the least n with 0.95^n ≤ 0.05. */
export const RUNS_FOR_P95 = 59;

/**
 * What several runs of one scenario support together, in lines; none for fewer than two that measured it. N runs support "at most the largest of N" and no percentile below 59; nothing lost in N failovers
 * bounds the chance of a loss per failover at 1 − 0.05^(1/N) (Clopper & Pearson 1934, zero of N, one-sided 95 %).
 */
export function repeatsOf(verdicts: readonly Verdict[]): readonly string[] {
  return [...recoveries(verdicts), ...losses(verdicts)];
}

function recoveries(verdicts: readonly Verdict[]): readonly string[] {
  const all = verdicts.flatMap(({ objectives }) =>
    objectives.flatMap(({ outcome, measured }) => (measured?.kind === 'rto' && outcome !== 'inconclusive' ? [measured] : [])),
  );
  if (all.length < 2) return [];
  const never = all.filter(({ censored, upper_s }) => censored || upper_s === null).length;
  if (never > 0) return [`RTO: ${never} of ${all.length} runs saw no recovery`];
  const [least, most] = [Math.min(...all.map(({ lower_s }) => lower_s)), Math.max(...all.map(({ upper_s }) => upper_s ?? 0))];
  const supports =
    all.length < RUNS_FOR_P95 ? `a 95th percentile takes ${RUNS_FOR_P95} runs` : 'so is its 95th percentile, with 95 % confidence';
  return [`RTO ${least.toFixed(2)}–${most.toFixed(2)} s over ${all.length} runs: at most their largest; ${supports}`];
}

function losses(verdicts: readonly Verdict[]): readonly string[] {
  const all = verdicts.flatMap(({ objectives }) =>
    objectives.flatMap(({ outcome, measured }) => (measured?.kind === 'rpo' && outcome !== 'inconclusive' ? [measured] : [])),
  );
  if (all.length < 2) return [];
  const lossy = all.filter((each) => lostWrites(each) > 0).length;
  if (lossy > 0) return [`RPO: ${lossy} of ${all.length} runs lost something, at most ${Math.max(...all.map(lostWrites))} writes`];
  const bound = (1 - 0.05 ** (1 / all.length)) * 100;
  return [
    `RPO 0 in ${all.length} of ${all.length} runs: the chance of a loss per failover is at most ${bound.toFixed(0)} % (95 % confidence)`,
  ];
}
