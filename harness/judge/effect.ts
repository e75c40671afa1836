import type { ObjectiveVerdict } from '../model/verdict.ts';
import { effectsOf } from '../record/folds/effects.ts';
import { outagesFound } from '../record/folds/window.ts';
import type { Recording } from '../record/recording.ts';
import { counted } from './say.ts';

/**
 * Gate: every planned fault, amplifiers included, was seen to take effect on what the plan means, within its limit and not before it was asked for. A recovery
 * cannot be judged where nothing was broken. A plan without faults leaves it to each judge whether somebody else broke enough.
 */
export function judgeEffect(recording: Recording): ObjectiveVerdict {
  const effects = effectsOf(recording);
  const evidence = effects.flatMap(({ line }) => (line === null ? [] : [`line ${line}`]));
  const verdict = { name: 'effect', kind: 'effect', objective: 'each fault was seen to take effect', measured: null, evidence } as const;
  const unknown = recording.events.find((event) => event.k === 'fault' && !recording.plan.faults.some(({ name }) => name === event.fault));
  if (unknown?.k === 'fault')
    return {
      ...verdict,
      outcome: 'inconclusive',
      reason: 'recording.malformed',
      because: `${unknown.fault} was injected, which the plan does not know`,
    };
  const missed = effects.find((effect) => effect.wrong_target) ?? effects.find((effect) => effect.took_effect === null);
  if (missed !== undefined) {
    const reason = missed.wrong_target ? 'evidence.wrong_target' : 'evidence.fault_unconfirmed';
    return { ...verdict, outcome: 'inconclusive', reason, because: `${missed.fault.name}: ${missed.missing ?? 'not seen'}` };
  }
  const found = effects.length === 0 ? outagesFound(recording).length : 0;
  const because =
    effects.length === 0
      ? `no fault was planned; ${found === 0 ? 'nobody else caused an outage' : `${counted(found, 'outage')} by others`}`
      : effects.map((effect) => `${effect.fault.name}: ${effect.proof}`).join('; ');
  return { ...verdict, outcome: 'pass', reason: 'held', because };
}
