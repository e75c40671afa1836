import path from 'node:path';
import { notOffered } from '../fault/definition.ts';
import { definitionOf } from '../fault/faults.ts';
import type { Environment } from '../model/environment.ts';
import type { Plan } from '../model/plan.ts';
import { ALERT_WATCH } from '../model/system.ts';
import { UsageError } from '../model/usage-error.ts';
import { writeJson } from '../record/run-folder.ts';
import { baseline } from './baseline.ts';
import { conclude, type RunResult } from './conclude.ts';
import { asCutShort, type CutShort } from './cut-short.ts';
import { disturb } from './disturb.ts';
import { healFaults } from './heal-faults.ts';
import { readBack } from './read-back.ts';
import { openRecord, type RunOptions, type RunRecord } from './run-record.ts';
import { runtimeNamed } from './runtime-named.ts';
import { settle } from './settle.ts';
import { enter, type Stage } from './stage.ts';
import { up } from './up.ts';

/**
 * Plays a plan: up, baseline, disturb, heal, settle, read back, collect, down; then seals the folder and judges it.
 *
 * Whatever cuts it short (a person, a dead observer, an error) jumps to *heal*, never past it. Throws only when there is no folder to judge:
 * before anything was started.
 */
export async function run(plan: Plan, options: RunOptions): Promise<RunResult> {
  const { display, signal } = options;
  const runtime = await runtimeNamed(plan.runtime);
  const cannot = await runtime.cannot(plan.system);
  if (cannot !== null) throw new Error(`the ${plan.runtime} runtime cannot serve ${plan.system.name}: ${cannot}`);
  for (const { name, fault } of plan.faults) {
    const why = notOffered(definitionOf(fault), runtime.can);
    if (why !== null)
      throw new UsageError(`not verified: ${name} (${fault}) is not offered on the ${plan.runtime} runtime, because ${why}`);
  }

  const record = openRecord(plan, options);
  let stage: Stage | null = null;
  let steady = false;
  const leftBehind: string[] = [];

  const cut = await untilCut(async () => {
    stage = await up(plan, runtime, record, options);
    steady = await baseline(stage);
    if (steady) await disturb(stage);
  });
  if (stage !== null) {
    if (cut !== null) await tellCut(stage, cut);
    await enter(stage, 'heal', 'healing what was broken');
    leftBehind.push(...(await healFaults(stage)));
    if (cut === null && steady) {
      const late = await untilCut(async () => {
        await settle(stage as unknown as Stage);
        await readBack(stage as unknown as Stage);
      });
      if (late !== null) await tellCut(stage, late);
    }
    await collect(stage, record);
  }
  display.phase('down', 'removing all that this run made');
  leftBehind.push(...(await record.down(options.keep)));
  if (cut?.by === 'broken') display.line(cut.message);
  return await conclude(plan, record, leftBehind, cut, signal);
}

async function collect(stage: Stage, record: RunRecord): Promise<void> {
  try {
    await enter(stage, 'collect', 'versions and logs');
    const versions = { ...record.environment.versions, ...(await stage.standUp.versions()) };
    writeJson(path.join(record.folder, 'environment.json'), { ...record.environment, versions } satisfies Environment);
    if (stage.link.isDead) return;
    await stage.link.unload();
    for (const name of [...Object.keys(stage.plan.system.services), ALERT_WATCH]) await stage.link.unwatch(name).catch(() => undefined);
    await stage.link.mark({ k: 'phase', phase: 'down' });
  } catch (error) {
    stage.display.line(`collecting was not complete: ${(error as Error).message}`);
  }
}

async function tellCut(stage: Stage, cut: CutShort): Promise<void> {
  stage.display.line(`cut short (${cut.by}): ${cut.message}`);
  await stage.link
    .mark({ k: 'cut', by: cut.by, why: cut.message })
    .catch((error: unknown) => stage.display.line(`not stamped: ${(error as Error).message}`));
}

async function untilCut(work: () => Promise<void>): Promise<CutShort | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return asCutShort(error);
  }
}
