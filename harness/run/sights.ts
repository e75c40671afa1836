import type { Sight } from '../model/sight.ts';
import type { ObserverLink } from '../observer/link.ts';
import { answered } from './cut-short.ts';
import { eyesBeside } from './eyes.ts';
import type { Stage } from './stage.ts';

const WELL_WITHIN_MS = 30_000;
/** Eyes share the processors of what they sit beside: asked at every tau, a dozen of them took from a database what it needed to keep its lease. */
const EYES_EVERY_MS = 50;
/** Whoever took longer than this to answer well for the first time stands on a busy machine: it must be well for as long before anything is broken, or what was late then looks like a death before the command. */
const LATE_MS = 500;

/**
 * Opens the sights of a fault, before it: each is asked from now on, and must be answered well first, or nothing could be told from it. Declares them in the timeline. Returns why one of
 * them cannot serve, or null.
 */
export async function openSights(stage: Stage, fault: string, sights: readonly Sight[]): Promise<string | null> {
  const { link, plan, signal } = stage;
  const since = await link.mark({
    k: 'note',
    text: `${fault}: its effect will be seen in ${sights.map((sight) => sight.name).join(', ')}`,
  });
  const asked = performance.now();
  const well = sights.map((sight) =>
    link.when(
      (event) => event.k === 'watch' && event.service === sight.name && event.at >= since && event.to === 'alive',
      WELL_WITHIN_MS,
      signal,
    ),
  );
  for (const sight of sights) {
    const eyes = await eyesOf(stage, sight);
    const tau_ms = Math.max(5, plan.tau_s * 1000);
    await eyes.watch(sight.name, sight.probe, sight.every_ms ?? (eyes === link ? tau_ms : Math.max(EYES_EVERY_MS, tau_ms)));
  }
  const blind = (await Promise.all(well)).flatMap((event, i) => (event === null ? [sights[i]] : []));
  if (blind.length === 0 && performance.now() - asked > LATE_MS) await untilSteady(stage, sights);
  if (blind.length > 0) {
    const said = blind.map((sight) => `${sight?.name} (${sight?.means}): ${link.watched(sight?.name ?? '')?.how ?? 'no answer'}`);
    return `before the fault, these were not answered well, so that its effect could not be seen: ${said.join('; ')}`;
  }
  for (const { name, on, from, means } of sights)
    await link.mark({ k: 'sight', fault, name, on, from: from === 'observer' ? from : from.beside, means });
  return null;
}

/** Waits until nothing was seen to change for a while, and all is well; whatever is not well by then is told by what comes after. */
async function untilSteady({ link, signal }: Stage, sights: readonly Sight[]): Promise<void> {
  const names = new Set(sights.map(({ name }) => name));
  const deadline = performance.now() + WELL_WITHIN_MS;
  while (performance.now() < deadline && !signal.aborted && !link.isDead) {
    const change = await link.when((event) => event.k === 'watch' && names.has(event.service), LATE_MS, signal);
    if (change === null && sights.every(({ name }) => link.watched(name)?.to === 'alive')) return;
  }
}

/** Nobody looks there any more. */
export async function closeSights(stage: Stage, sights: readonly Sight[]): Promise<void> {
  for (const sight of sights) {
    if (stage.link.isDead) return;
    const eyes = await eyesOf(stage, sight).catch(() => null);
    if (eyes === null) continue;
    await answered(eyes.unwatch(sight.name), 'the end of its watch').catch((error: unknown) =>
      stage.display.line(`${sight.name}: ${(error as Error).message}`),
    );
  }
}

async function eyesOf(stage: Stage, { from }: Sight): Promise<ObserverLink> {
  return from === 'observer' ? stage.link : await eyesBeside(stage, from.beside);
}
