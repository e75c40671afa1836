import { pause, unlessCut } from './cut-short.ts';
import { unsettled } from './settle.ts';
import { enter, type Stage } from './stage.ts';
import { streamsOf } from './streams.ts';

/** Load runs, nothing is broken: once it is warm, the steady state must hold. False when it does not, and then nothing is broken. */
export async function baseline(stage: Stage): Promise<boolean> {
  const { plan, link, signal, display, standUp } = stage;
  await enter(stage, 'warm-up', `load for ${plan.warm_up_s} s that the baseline does not count`);
  const why = await untilNone(stage, () => unsettled(plan, link, false), plan.settle_within_s);
  if (why.length > 0) return await unhealthy(stage, why);
  await unlessCut(link.load(streamsOf(plan, standUp, link.latestCluster()?.leader ?? null)), 'the start of the load', 30, signal, link);
  await pause(plan.warm_up_s, 'the warm-up', signal, link);
  await enter(stage, 'baseline', `steady state for ${plan.baseline_s} s, an operation every ${plan.tau_s * 1000} ms and journey`);
  await pause(plan.baseline_s, 'the baseline', signal, link);
  const after = unsettled(plan, link, false);
  if (after.length > 0) return await unhealthy(stage, after);
  await enter(
    stage,
    'disturb',
    plan.faults.length === 0
      ? `no fault of ours: whoever breaks something, do it now; watched for ${plan.window_s} s`
      : `${plan.faults.map((fault) => fault.name).join(', ')}; watched for ${plan.window_s} s after it took effect`,
  );
  display.line(`load: ${plan.journeys.map((journey) => journey.name).join(', ')}`);
  return true;
}

async function unhealthy(stage: Stage, why: readonly string[]): Promise<false> {
  const text = `the steady state does not hold, nothing was broken: ${why.join('; ')}`;
  stage.display.line(text);
  await stage.link.mark({ k: 'note', text });
  return false;
}

async function untilNone(stage: Stage, reasons: () => readonly string[], within_s: number): Promise<readonly string[]> {
  const deadline = performance.now() + within_s * 1000;
  while (reasons().length > 0 && performance.now() < deadline) await pause(0.05, 'the wait for a steady state', stage.signal, stage.link);
  return reasons();
}
