import type { ObjectiveVerdict } from '../model/verdict.ts';
import { effectsOf } from '../record/folds/effects.ts';
import type { Recording } from '../record/recording.ts';

/**
 * Gate: every planned fault, amplifiers included, was seen to take effect on what the plan means, within its limit and not before it was asked for. A recovery
 * cannot be judged where nothing was broken.
 */
export function judgeEffect(recording: Recording): ObjectiveVerdict {
  const effects = effectsOf(recording);
  const evidence = effects.flatMap(({ line }) => (line === null ? [] : [`line ${line}`]));
  const verdict = { name: 'effect', kind: 'effect', objective: 'each fault was seen to take effect', measured: null, evidence } as const;
  const missed = effects.find((effect) => effect.wrong_target) ?? effects.find((effect) => effect.took_effect === null);
  if (missed !== undefined) {
    const reason = missed.wrong_target ? 'evidence.wrong_target' : 'evidence.fault_unconfirmed';
    return { ...verdict, outcome: 'inconclusive', reason, because: `${missed.fault.name}: ${missed.missing ?? 'not seen'}` };
  }
  if (effects.every((effect) => effect.fault.amplifier) && recording.plan.objectives.some((objective) => objective.kind === 'rto'))
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'evidence.no_fault',
      because: 'the plan breaks nothing, so that there is no recovery to time',
    };
  const because =
    effects.length === 0 ? 'no fault was planned' : effects.map((effect) => `${effect.fault.name}: ${effect.proof}`).join('; ');
  return { ...verdict, outcome: 'pass', reason: 'held', because };
}
