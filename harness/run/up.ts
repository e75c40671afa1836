import path from 'node:path';
import { aimedAt } from '../model/aimed-at.ts';
import type { Plan } from '../model/plan.ts';
import { secondsOf } from '../model/quantity.ts';
import type { Instance, Runtime } from '../model/runtime.ts';
import { secretsOf } from '../model/secret.ts';
import { ALERT_WATCH, type Cluster } from '../model/system.ts';
import { ObserverLink } from '../observer/link.ts';
import { waitReady } from '../runtime/ready.ts';
import { unlessCut } from './cut-short.ts';
import type { RunOptions, RunRecord } from './run-record.ts';
import type { Stage } from './stage.ts';
import { instanceOf, resolveAlert, resolveProbe } from './streams.ts';

const BUILD_WITHIN_S = 1800;
export const ALERT_EVERY_MS = 50;
const GAUGE_EVERY_MS = 100;
/** Patroni's REST interface is Python in the process that keeps the lease: what is asked there is taken from it. */
const CLUSTER_EVERY_MS = 200;

/** Stands the system up: its place, then the observer, then the services in their order, each until it answered its probe; then everything is watched. */
export async function up(plan: Plan, runtime: Runtime, record: RunRecord, { display, signal: stop }: RunOptions): Promise<Stage> {
  const signal = AbortSignal.any([stop, record.over]);
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
    hide: secretsOf(plan, process.env),
  });
  const standUp = await unlessCut(record.making, 'building images and networks', BUILD_WITHIN_S, signal);
  record.standUp = standUp;

  const link = new ObserverLink(await unlessCut(standUp.observer(), 'the start of the observer', 60, signal), {
    onLine: (line) => record.timeline.append(line),
    onProgress: (progress) => display.progress(progress),
  });
  record.link = link;
  await link.hello(runId, token);
  const stage: Stage = { plan, token, standUp, link, ledger, display, signal, active: [], eyes: new Map() };
  await link.mark({ k: 'phase', phase: 'up' });
  await startServices(stage);
  return stage;
}

/** Starts the services in their order, each until it answered its probe; from then on everything is watched. */
export async function startServices(stage: Stage): Promise<void> {
  const { plan, standUp, link, signal, display } = stage;
  const ready = async (instance: Instance) => {
    if (instance.spec.ready === undefined) return;
    const { within } = instance.spec.ready;
    const within_s = within === undefined ? plan.up_within_s : secondsOf(within);
    await waitReady(instance, (probe, timeout_ms) => link.ask(resolveProbe(probe, instance), timeout_ms), within_s, signal);
    display.line(`${instance.name} is ready`);
  };
  await unlessCut(standUp.start(ready), 'the start of the services', plan.up_within_s + 30, signal, link);
  await watchEverything(stage);
}

/** The observer looks at every service: at each tau where a fault may hit, ten times a second elsewhere; at the alert, which is no service; and at the figures that are promised. */
async function watchEverything(stage: Stage): Promise<void> {
  const { plan, link, standUp } = stage;
  const { cluster, alert } = plan.system;
  const aimed = new Set(plan.faults.flatMap(({ target }) => aimedAt(target, plan.system)));
  for (const [name, instance] of standUp.instances) {
    if (instance.spec.ready === undefined) continue;
    await link.watch(name, resolveProbe(instance.spec.ready, instance), aimed.has(name) ? Math.max(5, plan.tau_s * 1000) : 100);
  }
  if (alert !== undefined) await link.watch(ALERT_WATCH, resolveAlert(alert, instanceOf(standUp, alert.at)), ALERT_EVERY_MS);
  if (cluster !== undefined) await watchCluster(stage, cluster);
  for (const { name, ...objective } of plan.objectives) {
    if (objective.kind !== 'gauge') continue;
    const { at, port, path: where, number } = objective.figure;
    await link.gauge({ name, figure: { address: instanceOf(standUp, at).address(port), path: where, number }, every_ms: GAUGE_EVERY_MS });
  }
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
    every_ms: CLUSTER_EVERY_MS,
    sql: Object.fromEntries(cluster.members.map((member) => [member, at(member, cluster.sql_port)])),
    login: cluster.login,
  });
}
