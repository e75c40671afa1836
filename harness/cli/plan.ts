import { gaugePromise } from '../judge/gauge.ts';
import { restorePromise } from '../judge/restore.ts';
import type { Plan, PlannedFault } from '../model/plan.ts';
import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { loadPolicy, loadScenario } from '../run/load.ts';
import { makePlan, planBytes, variantsOf } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
import { inWords } from '../run/stage.ts';
import { wouldTouch } from '../run/would-touch.ts';
import { idAndVariant, oneOf, PLAY, parse } from './arguments.ts';
import { out } from './out.ts';
import { seedOf } from './play.ts';

/** `faultline plan`: the materialised plan, and of a system that runs already what would be touched; nothing is started. With `auto` it is made for the first runtime that the scenario describes. */
export async function planCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, PLAY);
  const [word] = positionals;
  if (word === undefined || positionals.length > 1) throw new UsageError('plan takes one scenario; `faultline list` shows them');
  const [id, variant] = idAndVariant(word, values.variant);
  const scenario = await loadScenario(id);
  const asked = oneOf('runtime', values.runtime, ['auto', 'docker', 'process', 'adopted', 'compose']);
  const can = runtimesOf(scenario);
  const runtime = asked === 'auto' ? (can.includes('process') ? 'process' : (can[0] ?? 'docker')) : asked;
  if (!can.includes(runtime)) throw new UsageError(`${scenario.id} cannot run on ${runtime}: it runs on ${can.join(' and ')} only`);
  const variants = variantsOf(scenario);
  if (variant === null && variants.length > 1)
    process.stderr.write(`${scenario.id} has the variants ${variants.join(', ')}; this is ${scenario.id}@${variants[0] ?? ''}\n`);
  // A plan that is printed is to be the same each time, unless another seed is asked for.
  const plan = makePlan(scenario, {
    variant,
    sabotage: values.sabotage ?? null,
    runtime,
    seed: seedOf(values.seed ?? '1'),
    policy: await loadPolicy(),
  });
  if (values.json) process.stdout.write(planBytes(plan));
  else for (const line of [...digest(plan), ...(await wouldTouch(plan))]) out(line);
  return EXIT.held;
}

function digest(plan: Plan): readonly string[] {
  return [
    plan.title,
    `  on ${plan.runtime}, about ${plan.expected_s} s, seed ${plan.seed}, an operation every ${plan.tau_s * 1000} ms and prober`,
    ...(plan.runtime === 'adopted' || plan.runtime === 'compose'
      ? []
      : [
          `  stands up ${Object.keys(plan.system.services).join(', ')}`,
          `  may touch ${(plan.system.may_touch ?? Object.keys(plan.system.services)).join(', ')}`,
        ]),
    ...plan.faults.map((fault) => {
      const target = inWords(fault.target);
      const when = whenOf(fault);
      const heal =
        typeof fault.heal === 'string'
          ? fault.heal === 'end'
            ? 'at the end'
            : 'when another member leads'
          : `${fault.heal.after_s} s later`;
      return `  ${fault.name}: ${fault.fault} ${target}, ${when}; healed ${heal}${fault.amplifier ? ' (amplifier, in both twins)' : ''}`;
    }),
    `  watched for ${plan.window_s} s after the effect, of which the last ${plan.hold_s} s must hold`,
    ...plan.objectives.map((objective) => {
      if (objective.kind === 'rto')
        return `  ${objective.name}: RTO ≤ ${objective.within_s} s, ${objective.recovers} (${objective.of.join(', ')})`;
      if (objective.kind === 'rpo')
        return `  ${objective.name}: at most ${objective.at_most_writes} acknowledged writes lost (${objective.of.join(', ')})`;
      if (objective.kind === 'steady')
        return `  ${objective.name}: afterwards as before: good −${objective.good_within * 100} % at most, answers ≥ ${objective.goodput * 100} %, p95 ≤ ×${objective.latency} (${objective.of.join(', ')})`;
      if (objective.kind === 'latency')
        return `  ${objective.name}: while it lasts, p95 at most ×${objective.at_most_times} of before (${objective.of.join(', ')})`;
      if (objective.kind === 'gauge')
        return `  ${objective.name}: while it lasts, the figure at ${objective.figure.at}${objective.figure.path} is ${gaugePromise(objective)}`;
      if (objective.kind === 'restore')
        return `  ${objective.name}: ${objective.store}, read by ${objective.seen_by}: ${restorePromise(objective)}`;
      return `  ${objective.name}: at least ${objective.at_least * 100} % good (${objective.of.join(', ')})`;
    }),
    ...(plan.must_see === undefined ? [] : [`  must see ${plan.must_see.join(', ')}, or it is inconclusive`]),
    ...(plan.predicted === null ? [] : [`  predicted: ${plan.predicted.min_s}–${plan.predicted.max_s} s, from ${plan.predicted.from}`]),
    ...(plan.sabotage === null
      ? []
      : [`  SABOTAGED: ${plan.sabotage.title}; ${plan.sabotage.objective} must fail with ${plan.sabotage.reason}`]),
  ];
}

function whenOf({ at_s, after, on }: PlannedFault): string {
  if (after !== null) return `${after.by_s} s after ${after.fault} was confirmed`;
  if (on === undefined) return `${at_s ?? 0} s into the disturbance`;
  const { event, by_s } = on;
  if (event === 'new primary') return `${by_s} s after another member leads`;
  if ('healed' in event) return `${by_s} s after ${event.healed} was healed`;
  return 'dead' in event ? `${by_s} s after ${event.dead} died` : `${by_s} s after ${event.alive} answered again`;
}
