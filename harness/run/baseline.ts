import type { Progress } from '../observer/protocol.ts';
import { pause, unlessCut } from './cut-short.ts';
import { leaderOf, unsettled, untilNone } from './settle.ts';
import { SlidingSums } from './sliding-sums.ts';
import { enter, type Stage } from './stage.ts';
import { streamsOf } from './streams.ts';

/** Bad answers of a second that is still a good one: half of what a baseline may have. */
const WARM = 0.005;

/** Load runs, nothing is broken: once it is warm, the steady state must hold. False when it does not, and then nothing is broken. */
export async function baseline(stage: Stage): Promise<boolean> {
  const { plan, link, signal, display, standUp } = stage;
  await enter(stage, 'warm-up', `load that the baseline does not count, for ${plan.warm_up_s} s and until a second of it was good`);
  const why = await untilNone(stage, plan.settle_within_s);
  if (why.length > 0) return await unhealthy(stage, why);
  await unlessCut(link.load(streamsOf(plan, standUp, leaderOf(link))), 'the start of the load', 30, signal, link);
  await warmUp(stage);
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

/** Load runs for as long as was asked, and on until hardly an answer of a whole second was bad; where that does not come, the baseline will tell. */
async function warmUp({ plan, link, signal }: Stage): Promise<void> {
  await pause(plan.warm_up_s, 'the warm-up', signal, link);
  if (plan.warm_up_s === 0) return;
  const deadline = performance.now() + plan.settle_within_s * 1000;
  const second = new LastSecond();
  while (!second.isGood(link.latestProgress()) && performance.now() < deadline) await pause(0.05, 'the warm-up', signal, link);
}

/** Tells from sums that only grow whether the last whole second of operations was good. */
export class LastSecond {
  readonly #sums = new SlidingSums(1e9);
  #good = false;

  /** `progress`: the sums as they are now; the same ones twice do no harm. */
  isGood(progress: Progress | null): boolean {
    const slid = progress === null ? null : this.#sums.add(progress);
    if (slid !== null) this.#good = slid.whole && slid.done > 0 && slid.bad <= WARM * slid.done;
    return this.#good;
  }
}

async function unhealthy(stage: Stage, why: readonly string[]): Promise<false> {
  const text = `the steady state does not hold, nothing was broken: ${why.join('; ')}`;
  stage.display.line(text);
  await stage.link.mark({ k: 'note', text });
  return false;
}
