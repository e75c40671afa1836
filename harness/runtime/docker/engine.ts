import os from 'node:os';
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import type { Executed } from '../../model/runtime.ts';
import { startTimeOf } from '../process/tree.ts';

const ANSWER_WITHIN_MS = 5000;

/** Labels on every object of ours: whose run, which stand-up, which service, and which process made it (`host:pid:start time`). */
export const LABEL = {
  run: 'faultline.run',
  standUp: 'faultline.standup',
  service: 'faultline.service',
  owner: 'faultline.owner',
  digest: 'faultline.digest',
} as const;

/** A Docker engine that answers, or why none does and what to do about it. */
export type Engine =
  | { readonly ok: true; readonly dockerode: Dockerode; readonly version: string }
  | { readonly ok: false; readonly why: string; readonly what_to_do: string };

let found: Promise<Engine> | null = null;

/** Finds the engine as testcontainers does (DOCKER_HOST, its configuration, the usual sockets). Never hangs; asks once per process unless none answered. */
export async function engine(): Promise<Engine> {
  found ??= find();
  const result = await found;
  if (!result.ok) found = null;
  return result;
}

/** The engine, or an error that says what to do. */
export async function needEngine(): Promise<Dockerode> {
  const result = await engine();
  if (!result.ok) throw new Error(`${result.why}; ${result.what_to_do}`);
  return result.dockerode;
}

/** Who makes an object now, for its owner label. */
export function owner(): string {
  return `${os.hostname()}:${process.pid}:${startTimeOf(process.pid) ?? ''}`;
}

/** One object of ours in the engine. `alive`: the process that made it runs still, on this host. */
export interface Labelled {
  readonly run: string;
  readonly standUp: string;
  readonly kind: 'container' | 'network' | 'volume';
  readonly name: string;
  readonly alive: boolean;
}

/** Everything that carries our labels (of one run or stand-up, if given), in the order in which it can be removed. */
export async function listLabelled(of: { run?: string; standUp?: string } = {}): Promise<readonly Labelled[]> {
  const docker = await needEngine();
  const label = [
    of.run === undefined ? LABEL.run : `${LABEL.run}=${of.run}`,
    ...(of.standUp === undefined ? [] : [`${LABEL.standUp}=${of.standUp}`]),
  ];
  const filters = { label };
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: JSON.stringify(filters) }),
  ]);
  const describe = (kind: Labelled['kind'], name: string, labels: Record<string, string> | null | undefined): Labelled => ({
    kind,
    name,
    run: labels?.[LABEL.run] ?? '',
    standUp: labels?.[LABEL.standUp] ?? '',
    alive: isAlive(labels?.[LABEL.owner]),
  });
  return [
    ...containers.map((each) => describe('container', each.Names[0]?.slice(1) ?? each.Id, each.Labels)),
    ...networks.map((each) => describe('network', each.Name, each.Labels)),
    ...(volumes.Volumes ?? []).map((each) => describe('volume', each.Name, each.Labels)),
  ];
}

/** Removes everything that carries these labels; goes on past errors and throws one at the end. Returns what it removed. */
export async function removeLabelled(of: { run?: string; standUp?: string }): Promise<readonly string[]> {
  const removed: string[] = [];
  const errors: string[] = [];
  const objects = await listLabelled(of);
  for (const kind of ['container', 'network', 'volume'] as const) {
    const remove = { container: removeContainer, network: removeNetwork, volume: removeVolume }[kind];
    await Promise.all(
      objects
        .filter((object) => object.kind === kind)
        .map(async ({ name }) => {
          try {
            await remove(name);
            removed.push(`${kind} ${name}`);
          } catch (error) {
            errors.push(`${kind} ${name}: ${(error as Error).message}`);
          }
        }),
    );
  }
  if (errors.length > 0) throw new Error(`not removed: ${errors.join('; ')}`);
  return removed;
}

/** Removes a container, running, paused or dead, with its anonymous volumes. None there is success. */
export async function removeContainer(name: string): Promise<void> {
  const docker = await needEngine();
  await unless([404], docker.getContainer(name).remove({ force: true, v: true }));
  // 409: somebody else is removing it; then it is gone soon.
  for (let i = 0; i < 100; i++) {
    if ((await unless([404], docker.getContainer(name).inspect())) === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (i % 20 === 19) await unless([404, 409], docker.getContainer(name).remove({ force: true, v: true }));
  }
  throw new Error(`container ${name} is still there`);
}

export async function removeNetwork(name: string): Promise<void> {
  const docker = await needEngine();
  await unless([404], docker.getNetwork(name).remove());
}

export async function removeVolume(name: string): Promise<void> {
  const docker = await needEngine();
  await unless([404], docker.getVolume(name).remove({ force: true }));
}

/** Thaws a container; one that is not paused, or gone, is well. */
export async function unpause(name: string): Promise<void> {
  const docker = await needEngine();
  const seen = await unless([404], docker.getContainer(name).inspect());
  if (seen?.State.Paused === true) await unless([404, 409, 500], docker.getContainer(name).unpause());
  const after = await unless([404], docker.getContainer(name).inspect());
  if (after?.State.Paused === true) throw new Error(`container ${name} is still paused`);
}

/** Starts a container that stands still; one that runs, or is gone, is well. */
export async function startContainer(name: string): Promise<void> {
  const docker = await needEngine();
  await unless([304, 404], docker.getContainer(name).start());
}

/** Runs a command in a container. A container that is gone or does not run took with it whatever the command would undo: null. */
export async function execIn(name: string, argv: readonly string[]): Promise<Executed | null> {
  const docker = await needEngine();
  const exec = await unless([404, 409], docker.getContainer(name).exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true }));
  if (exec === undefined) return null;
  const stream = await exec.start({ hijack: true, stdin: false });
  const out = new PassThrough();
  const err = new PassThrough();
  let stdout = '';
  let stderr = '';
  out.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  err.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  docker.modem.demuxStream(stream, out, err);
  await new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('close', resolve);
    stream.once('error', reject);
  });
  const { ExitCode } = await exec.inspect();
  return { code: ExitCode ?? 1, stdout, stderr };
}

/** The result, or undefined when the engine answered with one of these statuses. */
export async function unless<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (statuses.includes((error as { statusCode?: number }).statusCode ?? 0)) return undefined;
    throw error;
  }
}

async function find(): Promise<Engine> {
  // Our labels, ledger and watcher clean up; the reaper's image may not be there to pull.
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  const what_to_do = 'start one (on Debian as root: `.ci/setup`), or use --runtime process';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)), ANSWER_WITHIN_MS);
  });
  try {
    const { getContainerRuntimeClient } = await import('testcontainers');
    const client = await Promise.race([getContainerRuntimeClient(), late]);
    const { dockerode } = client.container;
    const { Version } = await Promise.race([dockerode.version(), late]);
    return { ok: true, dockerode, version: Version };
  } catch (error) {
    return {
      ok: false,
      why: `no Docker engine answers (${process.env.DOCKER_HOST ?? '/var/run/docker.sock'}: ${(error as Error).message})`,
      what_to_do,
    };
  } finally {
    clearTimeout(timer);
    late.catch(() => undefined);
  }
}

function isAlive(label: string | undefined): boolean {
  const [host, pid, started] = (label ?? '').split(':');
  return host === os.hostname() && pid !== undefined && started !== undefined && started !== '' && startTimeOf(Number(pid)) === started;
}
