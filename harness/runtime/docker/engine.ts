import { existsSync } from 'node:fs';
import os from 'node:os';
import type Dockerode from 'dockerode';
import type { Executed } from '../../model/runtime.ts';
import { isOwnerAlive, type KnownProcess, type Owner, ownerOf, startTimeOf } from '../process/tree.ts';
import { split } from './streams.ts';

const ANSWER_WITHIN_MS = 3000;
const REMOVE_WITHIN_MS = 15_000;
/** How long the engine may take to hear of a death; a start that meets one is tried again. */
const DEATH_KNOWN_MS = 300;
const START_TRIES = 5;
const EXEC_WITHIN_MS = 30_000;
const SOCKET = '/var/run/docker.sock';

/** Labels on every object of ours: whose run, which stand-up, which service, and which process made it (`host:pid:start time`); and on images what they were built from. */
export const LABEL = {
  run: 'faultline.run',
  standUp: 'faultline.standup',
  service: 'faultline.service',
  owner: 'faultline.owner',
  digest: 'faultline.digest',
} as const;

/** A Docker engine that answers, or why none does and what to do about it. `architecture` is the engine's, as Node would call it (x64, arm64). */
export type Engine =
  | { readonly ok: true; readonly dockerode: Dockerode; readonly version: string; readonly architecture: string }
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

/** One object of ours in the engine. `owner`: which process made it, null when its label does not say; `alive`: that process runs still, on this host. */
export interface Labelled {
  readonly run: string;
  readonly standUp: string;
  readonly kind: 'container' | 'network' | 'volume';
  readonly name: string;
  readonly owner: Owner | null;
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
    owner: ownerOf(labels?.[LABEL.owner]),
    alive: isOwnerAlive(ownerOf(labels?.[LABEL.owner])),
  });
  return [
    ...containers.map((each) => describe('container', each.Names[0]?.slice(1) ?? each.Id, each.Labels)),
    ...networks.map((each) => describe('network', each.Name, each.Labels)),
    ...(volumes.Volumes ?? []).map((each) => describe('volume', each.Name, each.Labels)),
  ];
}

/**
 * Removes everything of one run, one stand-up, or both, that `maker` made (this process, without it) or a process of this machine that is gone; what only looks like it is left alone. Goes on past
 * errors, looks whether anything is left, and throws one error at the end. Returns what it removed (`container NAME`, …). Nothing there is success.
 */
export async function removeLabelled(
  of: { run: string; standUp?: string } | { run?: string; standUp: string },
  maker: KnownProcess | null = { pid: process.pid, started: startTimeOf(process.pid) ?? '' },
): Promise<readonly string[]> {
  const removed: string[] = [];
  const errors = new Map<string, string>();
  const mine = (object: Labelled) => notOurs(object, maker) === null;
  const objects = (await listLabelled(of)).filter(mine);
  // A network goes when its containers are gone, a volume when nothing uses it.
  for (const kind of ['container', 'network', 'volume'] as const) {
    await Promise.all(
      objects
        .filter((object) => object.kind === kind)
        .map(async ({ name }) => {
          try {
            await remove[kind](name);
            removed.push(`${kind} ${name}`);
          } catch (error) {
            errors.set(`${kind} ${name}`, (error as Error).message);
          }
        }),
    );
  }
  const left = (await listLabelled(of)).filter(mine);
  if (left.length > 0) {
    const told = left.map(({ kind, name }) => `${kind} ${name} (${errors.get(`${kind} ${name}`) ?? 'made while the rest was removed'})`);
    throw new Error(`not removed: ${told.join('; ')}; when the engine is well again, \`faultline heal\` removes them`);
  }
  return removed;
}

/** Why an object that carries our labels is not ours to remove, though it looks like it; null when it is: `maker` made it, or a process of this machine that is gone. */
export function notOurs({ owner, alive }: Labelled, maker: KnownProcess | null = null): string | null {
  if (owner === null) return 'does not say which process made it';
  if (owner.host !== os.hostname()) return `was made on ${owner.host}`;
  const itsMaker = owner.pid === maker?.pid && owner.started === maker.started;
  return alive && !itsMaker ? `was made by process ${owner.pid}, which is alive` : null;
}

/** Removes a container, running, paused or dead, with its anonymous volumes. None there is success. */
export async function removeContainer(name: string): Promise<void> {
  const docker = await needEngine();
  await removeUntilGone(
    `container ${name}`,
    // 409: it is being removed already.
    () => unless([404, 409], docker.getContainer(name).remove({ force: true, v: true })),
    () => docker.getContainer(name).inspect(),
  );
}

/** Removes a network; what is still attached to it is detached first. None there is success. */
export async function removeNetwork(name: string): Promise<void> {
  const docker = await needEngine();
  const network = docker.getNetwork(name);
  await removeUntilGone(
    `network ${name}`,
    async () => {
      const seen = (await unless([404], network.inspect())) as Dockerode.NetworkInspectInfo | undefined;
      for (const id of Object.keys(seen?.Containers ?? {}))
        await unless([403, 404, 500], network.disconnect({ Container: id, Force: true }));
      await unless([404], network.remove());
    },
    () => network.inspect(),
  );
}

/** Removes a volume with its data. None there is success. */
export async function removeVolume(name: string): Promise<void> {
  const docker = await needEngine();
  await removeUntilGone(
    `volume ${name}`,
    () => unless([404], docker.getVolume(name).remove({ force: true })),
    () => docker.getVolume(name).inspect(),
  );
}

const remove = { container: removeContainer, network: removeNetwork, volume: removeVolume };

/** Thaws a container; one that is not paused, or gone, is well. */
export async function unpause(name: string): Promise<void> {
  const docker = await needEngine();
  const seen = await unless([404], docker.getContainer(name).inspect());
  if (seen?.State.Paused === true) await unless([404, 409, 500], docker.getContainer(name).unpause());
  const after = await unless([404], docker.getContainer(name).inspect());
  if (after?.State.Paused === true) throw new Error(`container ${name} is still paused after the engine was asked to thaw it`);
}

/** Takes a container off a network; one that is not on it, or gone, is well. */
export async function disconnect(container: string, network: string): Promise<void> {
  const docker = await needEngine();
  if (!(await isOn(docker, container, network))) return;
  await docker.getNetwork(network).disconnect({ Container: container });
  if (await isOn(docker, container, network))
    throw new Error(`container ${container} is still on network ${network} after the engine was asked to take it off`);
}

/** Puts a container on a network, at its address (empty: the engine gives one) and under its aliases; one that is on it, or gone, is well, and so is a network that is gone. */
export async function connect(container: string, network: string, address: string, aliases?: readonly string[]): Promise<void> {
  const docker = await needEngine();
  const seen = await unless([404], docker.getContainer(container).inspect());
  if (seen === undefined || (await isOn(docker, container, network))) return;
  const place = {
    ...(address === '' ? {} : { IPAMConfig: { IPv4Address: address } }),
    ...(aliases === undefined ? {} : { Aliases: [...aliases] }),
  };
  await unless([404], docker.getNetwork(network).connect({ Container: container, EndpointConfig: place }));
}

/** Whether a container is there and runs, paused or not. */
export async function isRunning(name: string): Promise<boolean> {
  const docker = await needEngine();
  return (await unless([404], docker.getContainer(name).inspect()))?.State.Running === true;
}

async function isOn(docker: Dockerode, container: string, network: string): Promise<boolean> {
  const seen = await unless([404], docker.getContainer(container).inspect());
  return seen?.NetworkSettings.Networks[network] !== undefined;
}

/**
 * Starts a container that stands still; one that runs, paused or not, or is gone, is well. Whether it is there. The engine hears of a death only after it: one that is said to run is given a moment, and is
 * started if it turns out to be dead.
 */
export async function startContainer(name: string): Promise<boolean> {
  const docker = await needEngine();
  const container = docker.getContainer(name);
  try {
    let runs = false;
    for (let tries = 0; !runs && tries < START_TRIES; tries++) {
      runs = true;
      await container.start().catch(async (error: unknown) => {
        if (statusOf(error) !== 304) throw error;
        runs = !(await endsSoon(container));
      });
    }
    return true;
  } catch (error) {
    const seen = await unless([404], container.inspect());
    // The engine answers 409 for one that is paused, and for what is really in the way.
    if (statusOf(error) !== 404 && seen?.State.Paused !== true) throw error;
    return seen !== undefined;
  }
}

/** Whether a container that is said to run ends within a moment, or has ended. */
async function endsSoon(container: Dockerode.Container): Promise<boolean> {
  const patience = AbortSignal.timeout(DEATH_KNOWN_MS);
  try {
    await container.wait({ condition: 'not-running', abortSignal: patience });
    return true;
  } catch (error) {
    if (patience.aborted) return false;
    throw error;
  }
}

/**
 * Runs a command in a container, at most 30 s. A container that is gone or does not run took with it whatever the command would undo: null.
 * One that is paused can run nothing: an error.
 */
export async function execIn(name: string, argv: readonly string[]): Promise<Executed | null> {
  const docker = await needEngine();
  const container = docker.getContainer(name);
  const what = `\`${argv.join(' ')}\` in container ${name}`;
  const refused = async (error: unknown) => {
    const seen = await unless([404], container.inspect());
    if (seen?.State.Paused === true) throw new Error(`${what} was not run: the container is paused`);
    if (seen?.State.Running === true) throw error;
    return null;
  };
  let exec: Dockerode.Exec;
  let stream: NodeJS.ReadWriteStream;
  try {
    exec = await container.exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
    stream = await exec.start({ hijack: true, stdin: false });
  } catch (error) {
    return await refused(error);
  }
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  const { ended } = split(stream, { stdout: (chunk) => said.stdout.push(chunk), stderr: (chunk) => said.stderr.push(chunk) });
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), EXEC_WITHIN_MS);
  try {
    if ((await Promise.race([ended, late.promise])) === 'late')
      throw new Error(`${what} did not end within ${EXEC_WITHIN_MS / 1000} s; it said ${JSON.stringify(textOf(said.stderr).slice(-200))}`);
  } finally {
    clearTimeout(timer);
    (stream as NodeJS.ReadWriteStream & { destroy(): void }).destroy();
  }
  // The engine closes the streams a moment before it knows the exit code.
  let seen = await unless([404], exec.inspect());
  for (let i = 0; i < 100 && seen?.Running === true; i++) {
    await sleep(20);
    seen = await unless([404], exec.inspect());
  }
  // Whoever dies with its container was killed.
  return { code: seen?.ExitCode ?? 137, stdout: textOf(said.stdout), stderr: textOf(said.stderr) };
}

/** The result, or undefined when the engine answered with one of these statuses. */
export async function unless<T>(statuses: readonly number[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (statuses.includes(statusOf(error))) return undefined;
    throw error;
  }
}

async function find(): Promise<Engine> {
  // Our labels, ledger and watcher clean up; the reaper's image may not be there to pull.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  // No published port is ever asked for; without this testcontainers may start a container to find out where they would be.
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1';
  // Asked first, since testcontainers neither gives up on an engine that is stuck nor says why one refuses.
  const first = await ping();
  if (first.answer === 'late') return missing(first.why);
  // Who names an engine wants that one, and no other that happens to answer.
  if (first.answer === 'no' && process.env['DOCKER_HOST'] !== undefined) return missing(first.why, first.code);
  const { getContainerRuntimeClient } = await import('testcontainers');
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)), ANSWER_WITHIN_MS);
  try {
    const { dockerode } = (await Promise.race([getContainerRuntimeClient(), late.promise])).container;
    const { Version, Arch, Os } = await Promise.race([dockerode.version(), late.promise]);
    if (Os !== 'linux') return { ok: false, why: `the Docker engine runs ${Os} containers`, what_to_do: 'switch it to Linux containers' };
    return { ok: true, dockerode, version: Version, architecture: Arch === 'amd64' ? 'x64' : Arch };
  } catch (error) {
    return missing(first.answer === 'no' ? first.why : (error as Error).message, first.answer === 'no' ? first.code : undefined);
  } finally {
    clearTimeout(timer);
  }
}

type Ping = { readonly answer: 'yes' } | { readonly answer: 'late' | 'no'; readonly why: string; readonly code?: string | undefined };

async function ping(): Promise<Ping> {
  const place = process.env['DOCKER_HOST'] ?? SOCKET;
  if (process.env['DOCKER_HOST'] === undefined && process.platform !== 'win32' && !existsSync(SOCKET))
    return { answer: 'no', why: `there is no ${SOCKET}, and DOCKER_HOST is not set`, code: 'ENOENT' };
  const began = performance.now();
  try {
    // Its time-out closes the connection, so that a stuck engine keeps no process alive.
    // Loaded when it is wanted: whoever heals local processes in a hurry does not wait for it.
    const { default: Docker } = await import('dockerode');
    await new Docker({ timeout: ANSWER_WITHIN_MS }).ping();
    return { answer: 'yes' };
  } catch (error) {
    if (performance.now() - began >= ANSWER_WITHIN_MS - 50)
      return { answer: 'late', why: `${place} gave no answer within ${ANSWER_WITHIN_MS / 1000} s` };
    const { code, message } = error as NodeJS.ErrnoException;
    return { answer: 'no', why: `${place}: ${message}`, code };
  }
}

function missing(why: string, code?: string): Engine {
  return {
    ok: false,
    why: `no Docker engine answers (${why})`,
    what_to_do:
      code === 'EACCES'
        ? 'you may not use its socket: add yourself to the group docker (`sudo usermod -aG docker $USER`) and log in again, or use --runtime process'
        : 'start one (on Debian as root: `.ci/setup`), or use --runtime process',
  };
}

/** Asks for the removal until the object is gone; what stands in the way (a container that is still dying) often passes. */
async function removeUntilGone(what: string, ask: () => Promise<unknown>, look: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + REMOVE_WITHIN_MS;
  let last = 'the engine says that it removes it';
  for (let pause_ms = 20; performance.now() < deadline; pause_ms = Math.min(pause_ms * 2, 1000)) {
    try {
      await ask();
    } catch (error) {
      if (statusOf(error) === 0) throw error;
      last = (error as Error).message;
    }
    if (
      (await unless(
        [404],
        look().then(() => true),
      )) === undefined
    )
      return;
    await sleep(pause_ms);
  }
  throw new Error(`${what} is still there after ${REMOVE_WITHIN_MS / 1000} s: ${last}`);
}

function statusOf(error: unknown): number {
  return (error as { statusCode?: number }).statusCode ?? 0;
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
