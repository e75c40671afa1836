import path from 'node:path';
import { notOffered } from '../fault/definition.ts';
import { definitionOf } from '../fault/faults.ts';
import type { Environment } from '../model/environment.ts';
import type { Plan } from '../model/plan.ts';
import { missingCredentials } from '../model/secret.ts';
import { ALERT_WATCH } from '../model/system.ts';
import { UsageError } from '../model/usage-error.ts';
import { writeJson } from '../record/run-folder.ts';
import { auditRun, snapshot } from './audit/audit.ts';
import type { Settings } from './audit/containers.ts';
import { inWords } from './audit/residue.ts';
import { baseline } from './baseline.ts';
import { conclude, type RunResult } from './conclude.ts';
import { answered, asCutShort, type CutShort, within } from './cut-short.ts';
import { disturb } from './disturb.ts';
import { guarded } from './guard.ts';
import { healFaults } from './heal-faults.ts';
import { holdAdopted } from './hold-adopted.ts';
import { readBack } from './read-back.ts';
import { openRecord, type RunOptions, type RunRecord } from './run-record.ts';
import { runtimeNamed } from './runtime-named.ts';
import { isAsFound, leaderOf, settle } from './settle.ts';
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
  const own = await runtimeNamed(plan.runtime);
  const runtime = options.shared?.over(own, plan) ?? own;
  const missing = missingCredentials(plan, process.env);
  if (missing.length > 0) throw new UsageError(missing);
  const cannot = await runtime.cannot(plan.system);
  if (cannot !== null && plan.runtime === 'compose') throw new UsageError(cannot);
  if (cannot !== null) throw new Error(`the ${plan.runtime} runtime cannot serve ${plan.system.name}: ${cannot}`);
  for (const { name, fault } of plan.faults) {
    const why = notOffered(definitionOf(fault), runtime.can);
    if (why !== null)
      throw new UsageError(`not verified: ${name} (${fault}) is not offered on the ${plan.runtime} runtime, because ${why}`);
  }

  const adopted = await holdAdopted(plan);
  const record = openRecord(plan, options, adopted.holds);
  let stage: Stage | null = null;
  let steady = false;
  let leader: string | null = null;
  let before: Settings = new Map();
  const leftBehind: string[] = [];

  let cut = await untilCut(async () => {
    stage = await up(plan, runtime, record, options);
    before = await snapshot(stage.standUp);
    await options.between?.('up', stage, record.folder);
    steady = await baseline(stage);
    if (!steady) return;
    leader = leaderOf(stage.link);
    await options.between?.('baseline', stage, record.folder);
    await guarded(stage, record.breakOff, () => disturb(stage as unknown as Stage));
    await options.between?.('fault', stage, record.folder);
  });
  if (stage !== null) {
    // Whoever healed this system while we stood still took the observer away, too: the reason is not that it is dead.
    cut = record.takenOver() ?? cut;
    if (cut !== null) await tellCut(stage, cut);
    // What aborts a run ends its disturbance alone: healing and settling are not cut short by it.
    const calm: Stage = cut?.by === 'aborted' ? { ...(stage as Stage), signal } : stage;
    await enter(calm, 'heal', 'healing what was broken');
    // Gone with the system that was taken down: what the ledger still holds is undone below.
    if (record.takenOver() === null || !calm.link.isDead) leftBehind.push(...(await healFaults(calm)));
    if (steady && !calm.link.isDead && (cut === null || cut.by === 'aborted')) {
      const late = await untilCut(async () => {
        if (cut === null) await options.between?.('recovery', calm, record.folder);
        await settle(calm);
        if (cut === null) await readBack(calm);
      });
      if (late !== null) await tellCut(calm, late);
      cut ??= late;
      if (cut === null && leftBehind.length === 0 && isAsFound(calm, leader)) calm.standUp.lent?.leftAsFound();
    }
    await collect(calm, record);
  }
  cut = record.takenOver() ?? cut;
  display.phase('down', 'removing all that this run made');
  leftBehind.push(...(await record.down(options.keep && record.takenOver() === null)));
  if (!options.keep) leftBehind.push(...(await audited(plan, record, before, display)));
  adopted.release();
  if (cut?.by === 'broken') display.line(cut.message);
  return await conclude(plan, record, leftBehind, cut, signal);
}

async function collect(stage: Stage, record: RunRecord): Promise<void> {
  try {
    await enter(stage, 'collect', 'versions and logs');
    const versions = { ...record.environment.versions, ...(await stage.standUp.versions()) };
    const before = stage.standUp.lent?.before ?? [];
    writeJson(path.join(record.folder, 'environment.json'), {
      ...record.environment,
      versions,
      ...(before.length === 0 ? {} : { used_before_by: [...before] }),
    } satisfies Environment);
    if (stage.link.isDead) return;
    // It ends with the last answer, which may take as long as a client waits.
    const last_s = Math.max(...stage.plan.journeys.map((journey) => journey.deadline_s), 0);
    await within(stage.link.unload(), (last_s + 5) * 1000, 'the end of the load');
    for (const name of [...Object.keys(stage.plan.system.services), ALERT_WATCH])
      await answered(stage.link.unwatch(name), `the end of the watch of ${name}`).catch(() => undefined);
    await answered(stage.link.mark({ k: 'phase', phase: 'down' }), 'the stamp of down');
  } catch (error) {
    stage.display.line(`collecting was not complete: ${(error as Error).message}`);
  }
}

/** What is left although everything was taken down, each with the command that removes it. */
async function audited(plan: Plan, record: RunRecord, before: Settings, display: RunOptions['display']): Promise<readonly string[]> {
  try {
    return (await auditRun(record.runId, record.folder, plan.runtime, before)).map(inWords);
  } catch (error) {
    display.line(`what is left could not be looked for: ${(error as Error).message}; \`npx faultline audit\` looks again`);
    return [];
  }
}

async function tellCut(stage: Stage, cut: CutShort): Promise<void> {
  stage.display.line(`cut short (${cut.by}): ${cut.message}`);
  await answered(stage.link.mark({ k: 'cut', by: cut.by, why: cut.message }), 'the stamp of the cut').catch((error: unknown) =>
    stage.display.line(`not stamped: ${(error as Error).message}`),
  );
}

async function untilCut(work: () => Promise<void>): Promise<CutShort | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return asCutShort(error);
  }
}
