import type Dockerode from 'dockerode';
import type { ProcessorLimit, Release } from '../../model/runtime.ts';
import { LABEL, needEngine, removeContainer, startContainer, unless } from './engine.ts';

const PERIOD_US = 100_000;

/** The names under which a replaced container is kept, and another is made for its place. */
export interface Place {
  readonly container: string;
  readonly kept: string;
  readonly next: string;
}

export function placeOf(container: string): Place {
  return { container, kept: `${container}-kept`, next: `${container}-next` };
}

/**
 * Puts another container in the place of one: made from what the engine says of the good one, with the release laid over, at its address with its volumes. The good one is stopped and renamed, never
 * changed. Each step can be the last: `putBack` needs nothing but the names.
 */
export async function replaceContainer(place: Place, release: Release, fill: (text: string) => string): Promise<void> {
  const docker = await needEngine();
  const good = docker.getContainer(place.container);
  const seen = await good.inspect();
  if (seen.State.Paused) throw new Error(`${place.container} cannot be replaced while it is paused`);
  await docker.createContainer({ ...(await optionsOf(docker, seen, release, fill)), name: place.next });
  // Its address is free only when it has ended.
  await unless([304, 409], good.stop({ t: 1 }));
  await good.rename({ name: place.kept });
  await docker.getContainer(place.next).rename({ name: place.container });
  await docker.getContainer(place.container).start();
}

/** Gives the kept container its name and its place back and starts it. Idempotent; returns what it did, in words. */
export async function putBack({ container, kept, next }: Place): Promise<string> {
  const docker = await needEngine();
  const isKept = (await unless([404], docker.getContainer(kept).inspect())) !== undefined;
  if (isKept) {
    await removeContainer(container);
    await docker.getContainer(kept).rename({ name: container });
  }
  await removeContainer(next);
  await startContainer(container);
  return `container ${container} is the one that was found, and runs`;
}

/** What the engine says of the limit now; without one, the kernel's usual period and no quota. */
export async function processorOf(name: string): Promise<ProcessorLimit> {
  const { HostConfig } = await (await needEngine()).getContainer(name).inspect();
  const { CpuPeriod = 0, CpuQuota = 0, NanoCpus = 0 } = HostConfig;
  if (NanoCpus > 0) return { period_us: PERIOD_US, quota_us: Math.round((NanoCpus / 1e9) * PERIOD_US) };
  return { period_us: CpuPeriod === 0 ? PERIOD_US : CpuPeriod, quota_us: CpuQuota <= 0 ? -1 : CpuQuota };
}

/** Changes the limit while it runs. A container that is gone or does not run is well: it is started without it. */
export async function setProcessor(name: string, { period_us, quota_us }: ProcessorLimit): Promise<void> {
  const container = (await needEngine()).getContainer(name);
  const seen = await unless([404], container.inspect());
  if (seen === undefined) return;
  // Whoever was given a number of processors cannot be given a quota.
  const inProcessors = (seen.HostConfig.NanoCpus ?? 0) > 0;
  await unless(
    [404],
    container.update(inProcessors ? { NanoCpus: Math.round((quota_us / period_us) * 1e9) } : { CpuPeriod: period_us, CpuQuota: quota_us }),
  );
}

/** Sends a signal to a container's first process, from outside: one from inside cannot stop it. None there, or none that runs, is well. */
export async function signalContainer(name: string, signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  await unless([404, 409], (await needEngine()).getContainer(name).kill({ signal }));
}

/** Whether the engine heard of the kernel's killer in a container in the last hour, in this life or one before. */
export async function wasOutOfMemory(docker: Dockerode, seen: Dockerode.ContainerInspectInfo): Promise<boolean> {
  if (seen.State.OOMKilled) return true;
  const now_s = Math.floor(Date.now() / 1000);
  const stream = await docker.getEvents({
    since: now_s - 3600,
    until: now_s,
    filters: JSON.stringify({ container: [seen.Id], event: ['oom'] }),
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().trim() !== '';
}

async function optionsOf(
  docker: Dockerode,
  seen: Dockerode.ContainerInspectInfo,
  release: Release,
  fill: (text: string) => string,
): Promise<Dockerode.ContainerCreateOptions> {
  const { Config, HostConfig, NetworkSettings } = seen;
  const own = (await docker.getImage(seen.Image).inspect()).Config;
  const other = release.image !== undefined;
  // What the good one has from its image, another image has of its own.
  const env = other ? Config.Env.filter((each) => !(own.Env ?? []).includes(each)) : Config.Env;
  const laid = Object.entries(release.env ?? {}).map(([name, text]) => `${name}=${fill(text)}`);
  const isLaid = (each: string) => Object.hasOwn(release.env ?? {}, each.slice(0, each.indexOf('=')));
  const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
  const command = release.command?.map(fill) ?? (other && same(Config.Cmd, own.Cmd) ? undefined : Config.Cmd);
  const entry = other && same(Config.Entrypoint, own.Entrypoint) ? undefined : (Config.Entrypoint ?? undefined);
  const dies = release.dies_after_s;
  return {
    ...Config,
    Image: release.image ?? seen.Image,
    Env: [...env.filter((each) => !isLaid(each)), ...laid],
    Cmd: command,
    Entrypoint: dies === undefined ? entry : ['timeout', '-s', 'KILL', String(dies), ...[entry ?? []].flat()],
    Labels: { ...Config.Labels, [LABEL.service]: Config.Labels[LABEL.service] ?? '' },
    HostConfig: { ...HostConfig, ...(dies === undefined ? {} : { RestartPolicy: { Name: 'always' } }) },
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(
        Object.entries(NetworkSettings.Networks).map(([network, { IPAddress, IPAMConfig, Aliases }]) => [
          network,
          { IPAMConfig: IPAMConfig ?? { IPv4Address: IPAddress }, Aliases: Aliases ?? [] },
        ]),
      ),
    },
  } as Dockerode.ContainerCreateOptions;
}
