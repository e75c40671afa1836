import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { carryOut } from '../fault/undo.ts';
import { judge } from '../judge/judge.ts';
import { lostIdsOf } from '../judge/rpo.ts';
import type { Environment } from '../model/environment.ts';
import { FORMAT, type Plan } from '../model/plan.ts';
import { secondsOf } from '../model/quantity.ts';
import type { Instance, Runtime, StandUp } from '../model/runtime.ts';
import type { Cluster } from '../model/system.ts';
import type { Verdict } from '../model/verdict.ts';
import { ObserverLink } from '../observer/link.ts';
import { readRecording } from '../record/recording.ts';
import { registerRun } from '../record/registry.ts';
import { makeRunFolder, newRunId, writeJson } from '../record/run-folder.ts';
import { writeSeal } from '../record/seal.ts';
import { TimelineFile } from '../record/timeline-file.ts';
import { UndoLedger } from '../record/undo-ledger.ts';
import type { Display } from '../report/console.ts';
import { writeReports } from '../report/write.ts';
import { startTimeOf } from '../runtime/process/tree.ts';
import { waitReady } from '../runtime/ready.ts';
import { asCutShort, CutShort, pause, unlessCut } from './cut-short.ts';
import { disturb } from './disturb.ts';
import { surroundings } from './environment.ts';
import { healFaults } from './heal-faults.ts';
import { planBytes } from './plan.ts';
import { readBack } from './read-back.ts';
import { runtimeNamed } from './runtime-named.ts';
import { settle, unsettled } from './settle.ts';
import type { Stage } from './stage.ts';
import { resolveProbe, streamsOf } from './streams.ts';

/** Where a run goes and who may stop it. `signal` asks it to heal, clean up and end. */
export interface RunOptions {
  readonly out: string;
  /** Leave the system standing at the end, healed. */
  readonly keep: boolean;
  /** The command that repeats the run. */
  readonly replay: string;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/** What a run left: its folder, and the verdict that can be computed from that folder again. */
export interface RunResult {
  readonly folder: string;
  readonly runId: string;
  readonly verdict: Verdict;
}

const BUILD_WITHIN_S = 1800;

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
    await phase(stage, 'heal', 'healing what was broken');
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

/** Everything of a run that outlives its steps: the folder, the ledgers, and what must be taken down. */
interface Record {
  readonly runId: string;
  readonly token: string;
  readonly folder: string;
  readonly ledger: UndoLedger;
  readonly timeline: TimelineFile;
  readonly environment: Environment;
  /** A full disk, a broken timeline. */
  readonly failed: Promise<never>;
  /** The stand-up in the making: whoever is interrupted meanwhile must still take it down. */
  making: Promise<StandUp> | null;
  link: ObserverLink | null;
  /** Ends the observer, takes the system down, closes the files; returns what could not be removed. */
  down(keep: boolean): Promise<readonly string[]>;
}

function openRecord(plan: Plan, { out, replay }: RunOptions): Record {
  const now = new Date();
  const { id, token } = newRunId(plan.scenario, now);
  const folder = makeRunFolder(out, id);
  writeFileSync(path.join(folder, 'plan.json'), planBytes(plan));
  const environment: Environment = {
    format: FORMAT,
    run_id: id,
    token,
    started_at: now.toISOString(),
    replay,
    demonstration: plan.runtime === 'process' || plan.principle === null,
    ...surroundings(),
  };
  writeJson(path.join(folder, 'environment.json'), environment);
  const ledger = new UndoLedger(folder);
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => undefined);
  const timeline = new TimelineFile(path.join(folder, 'timeline.jsonl'), (error) =>
    broken.reject(new CutShort('broken', error.message, { cause: error })),
  );
  const registered = registerRun({ run: id, folder, pid: process.pid, started: startTimeOf(process.pid) ?? '', since: now.toISOString() });

  const record: Record = {
    runId: id,
    token,
    folder,
    ledger,
    timeline,
    environment,
    failed: broken.promise,
    making: null,
    link: null,
    async down(keep) {
      const stuck: string[] = [];
      const attempt = async (what: string, work: () => Promise<void>) => {
        await work().catch((error: unknown) => stuck.push(`${what}: ${error instanceof Error ? error.message : String(error)}`));
      };
      if (record.link !== null && !record.link.isDead) await record.link.end().catch(() => undefined);
      if (!keep) {
        const standUp = await record.making?.catch(() => null);
        if (standUp !== null && standUp !== undefined) await attempt('taking the system down', () => standUp.down());
        // What never became a stand-up, or would not go with it, is in the ledger.
        for (const undo of ledger.pending()) {
          await attempt(undo.what, async () => {
            await carryOut(undo.action);
            ledger.strike(undo.n, 'down');
          });
        }
      }
      timeline.close();
      ledger.close();
      if (stuck.length === 0 && !keep) registered.remove();
      return stuck;
    },
  };
  return record;
}

async function up(plan: Plan, runtime: Runtime, record: Record, { display, signal }: RunOptions): Promise<Stage> {
  display.phase('up', `standing up ${plan.system.name} on the ${plan.runtime} runtime`);
  const { ledger, token, runId } = record;
  record.making = runtime.standUp(plan.system, {
    id: token,
    run: runId,
    logs: path.join(record.folder, 'logs'),
    register: async (what, action) => {
      const strike = ledger.register(what, action);
      return async () => strike('down');
    },
    progress: (line) => display.line(line),
    signal,
  });
  const standUp = await unlessCut(record.making, 'building images and networks', BUILD_WITHIN_S, signal);

  const link = new ObserverLink(await unlessCut(standUp.observer(), 'the start of the observer', 60, signal), {
    onLine: (line) => record.timeline.append(line),
    onProgress: (progress) => display.progress(progress),
  });
  record.link = link;
  await link.hello(runId, token);
  const stage: Stage = { plan, token, standUp, link, ledger, display, signal, active: [] };
  await link.mark({ k: 'phase', phase: 'up' });

  const ready = async (instance: Instance) => {
    if (instance.spec.ready === undefined) return;
    const { within } = instance.spec.ready;
    const within_s = within === undefined ? plan.up_within_s : secondsOf(within);
    await waitReady(instance, (probe, timeout_ms) => link.ask(resolveProbe(probe, instance), timeout_ms), within_s, signal);
    display.line(`${instance.name} is ready`);
  };
  await unlessCut(Promise.race([standUp.start(ready), record.failed]), 'the start of the services', plan.up_within_s + 30, signal, link);
  await watchEverything(stage);
  return stage;
}

/** Load runs, nothing is broken: the steady state must hold. False when it does not, and then nothing is broken. */
async function baseline(stage: Stage): Promise<boolean> {
  const { plan, link, signal, display, standUp } = stage;
  await phase(stage, 'baseline', `steady state for ${plan.baseline_s} s, an operation every ${plan.tau_s * 1000} ms and journey`);
  const why = await untilNone(stage, () => unsettled(plan, link, false), plan.settle_within_s);
  if (why.length > 0) return await unhealthy(stage, why);
  await unlessCut(link.load(streamsOf(plan, standUp, link.latestCluster()?.leader ?? null)), 'the start of the load', 30, signal, link);
  await pause(plan.baseline_s, 'the baseline', signal, link);
  const after = unsettled(plan, link, false);
  if (after.length > 0) return await unhealthy(stage, after);
  await phase(
    stage,
    'disturb',
    `${plan.faults.map((fault) => fault.name).join(', ') || 'no fault'}; watched for ${plan.window_s} s after it took effect`,
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

async function collect(stage: Stage, record: Record): Promise<void> {
  try {
    await phase(stage, 'collect', 'versions and logs');
    const versions = { ...record.environment.versions, ...(await stage.standUp.versions()) };
    writeJson(path.join(record.folder, 'environment.json'), { ...record.environment, versions } satisfies Environment);
    if (stage.link.isDead) return;
    await stage.link.unload();
    for (const name of Object.keys(stage.plan.system.services)) await stage.link.unwatch(name).catch(() => undefined);
    await stage.link.mark({ k: 'phase', phase: 'down' });
  } catch (error) {
    stage.display.line(`collecting was not complete: ${(error as Error).message}`);
  }
}

async function conclude(
  plan: Plan,
  record: Record,
  leftBehind: readonly string[],
  cut: CutShort | null,
  signal: AbortSignal,
): Promise<RunResult> {
  const { folder, runId } = record;
  const file = path.join(folder, 'environment.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as Environment;
  writeJson(file, {
    ...known,
    left_behind: [...leftBehind],
    ...(cut === null ? {} : { cut: { by: cut.by, why: cut.message } }),
    ...(signal.aborted && cut === null ? { cut: { by: 'interrupted', why: 'interrupted by a person' } } : {}),
  } satisfies Environment);
  writeSeal(folder, ['plan.json', 'environment.json', 'timeline.jsonl', 'undo.jsonl']);
  const recording = await readRecording(folder);
  const verdict = judge(recording);
  writeJson(path.join(folder, 'verdict.json'), verdict);
  const lost = plan.objectives.flatMap((objective) => (objective.kind === 'rpo' ? lostIdsOf(recording, objective) : []));
  if (lost.length > 0) writeFileSync(path.join(folder, 'lost.txt'), `${[...new Set(lost)].join('\n')}\n`);
  await writeReports(folder, recording, verdict, plan);
  return { folder, runId, verdict };
}

/** The observer looks at every service: at each tau where a fault may hit, ten times a second elsewhere. */
async function watchEverything(stage: Stage): Promise<void> {
  const { plan, link, standUp } = stage;
  const { cluster } = plan.system;
  const aimed = new Set(
    plan.faults.flatMap((fault) =>
      typeof fault.target === 'string'
        ? [fault.target]
        : 'role' in fault.target
          ? (cluster?.members ?? [])
          : Object.keys(plan.system.services),
    ),
  );
  for (const [name, instance] of standUp.instances) {
    if (instance.spec.ready === undefined) continue;
    await link.watch(name, resolveProbe(instance.spec.ready, instance), aimed.has(name) ? Math.max(5, plan.tau_s * 1000) : 100);
  }
  if (cluster !== undefined) await watchCluster(stage, cluster);
}

async function watchCluster({ link, standUp }: Stage, cluster: Cluster): Promise<void> {
  const at = (name: string, port?: string) => {
    const instance = standUp.instances.get(name);
    if (instance === undefined) throw new Error(`the cluster names "${name}", which is no service`);
    return instance.address(port);
  };
  await link.cluster({
    ask: cluster.ask.map((member) => {
      const address = at(member, cluster.port);
      return { member, url: `http://${address.host}:${address.port}${cluster.path}` };
    }),
    every_ms: 100,
    sql: Object.fromEntries(cluster.members.map((member) => [member, at(member, cluster.sql_port)])),
    login: cluster.login,
  });
}

async function untilNone(stage: Stage, reasons: () => readonly string[], within_s: number): Promise<readonly string[]> {
  const deadline = performance.now() + within_s * 1000;
  while (reasons().length > 0 && performance.now() < deadline) await pause(0.05, 'the wait for a steady state', stage.signal, stage.link);
  return reasons();
}

async function phase(stage: Stage, name: 'baseline' | 'disturb' | 'heal' | 'collect', detail: string): Promise<void> {
  stage.display.phase(name, detail);
  await stage.link
    .mark({ k: 'phase', phase: name })
    .catch((error: unknown) => stage.display.line(`not stamped: ${(error as Error).message}`));
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
