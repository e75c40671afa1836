import type Dockerode from 'dockerode';
import type { Service, System } from '../../model/system.ts';
import { unless } from '../docker/engine.ts';
import { nearest } from '../template.ts';

/** What compose writes on every container that it makes. */
const COMPOSE = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
} as const;
/** Logs that the engine can read back whatever its version. */
const READABLE = ['json-file', 'local', 'journald'];

/** A place on a network, as it was found. */
export interface FoundEndpoint {
  readonly network: string;
  /** Empty where the container does not run. */
  readonly address: string;
  /** Whether the address was asked for: then the engine gives it again; else whoever starts next may get it. */
  readonly fixed: boolean;
  /** Names on that network, beside the container's own id. */
  readonly aliases: readonly string[];
}

/** A container that is not ours, as it was found. */
export interface FoundContainer {
  readonly id: string;
  readonly container: string;
  readonly image: string;
  readonly state: 'running' | 'paused' | 'stopped';
  readonly endpoints: readonly FoundEndpoint[];
  readonly network_mode: string;
  readonly restart: string;
  /** `PORT/tcp`: where it is published, and whether the same port comes back after a start. */
  readonly published: Readonly<Record<string, { readonly host: string; readonly port: number; readonly fixed: boolean }>>;
  readonly logs_readable: boolean;
  /** Processor and memory, as it was given. */
  readonly limits: string;
  /** Whether its first process is an init that the engine put there. */
  readonly init: boolean;
}

/** The services of a mapping with their containers, or what is in the way, one line each. */
export type Project =
  | { readonly ok: true; readonly found: ReadonlyMap<string, FoundContainer>; readonly unmapped: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Finds the containers of a system's compose project by compose's own labels, as they are now. Changes nothing. */
export async function findProject(docker: Dockerode, system: System): Promise<Project> {
  const project = system.compose?.project ?? '';
  const labelled = await docker.listContainers({ all: true, filters: { label: [COMPOSE.project] } });
  const all = labelled.filter(({ Labels }) => Labels[COMPOSE.oneOff]?.toLowerCase() !== 'true');
  const own = all.filter(({ Labels }) => Labels[COMPOSE.project] === project);
  if (own.length === 0) {
    const projects = [...new Set(all.flatMap(({ Labels }) => Labels[COMPOSE.project] ?? []))].sort();
    return {
      ok: false,
      why: `no compose project "${project}" is here${nearest(project, projects)}; \`docker compose ls --all\` lists them, \`docker compose -p ${project} up -d\` starts it`,
    };
  }
  const serviceOf = ({ Labels }: Dockerode.ContainerInfo) => Labels[COMPOSE.service] ?? '';
  const services = [...new Set(own.map(serviceOf))].sort();
  const found = new Map<string, FoundContainer>();
  const wrong: string[] = [];
  for (const [name, spec] of mapped(system)) {
    const wanted = spec.service ?? name;
    const those = own.filter((each) => serviceOf(each) === wanted);
    const [only] = those;
    if (only === undefined) wrong.push(`services.${name}: project ${project} has no service "${wanted}"${nearest(wanted, services)}`);
    else if (those.length > 1)
      wrong.push(
        `services.${name}: "${wanted}" has ${those.length} containers (${those.map(nameOf).sort().join(', ')}), and a fault must know which it means; scale it to one (\`docker compose -p ${project} up -d --scale ${wanted}=1\`)`,
      );
    else {
      const one = describe(await docker.getContainer(only.Id).inspect());
      found.set(name, one);
      wrong.push(...misfits(name, spec, one, system));
    }
  }
  if (wrong.length > 0) return { ok: false, why: wrong.join('\n') };
  const known = new Set([...found.values()].map(({ id }) => id));
  return {
    ok: true,
    found,
    unmapped: own
      .filter(({ Id }) => !known.has(Id))
      .map(nameOf)
      .sort(),
  };
}

/** A container as it is now; null when it is gone. */
export async function lookAt(docker: Dockerode, id: string): Promise<FoundContainer | null> {
  const seen = await unless([404], docker.getContainer(id).inspect());
  return seen === undefined ? null : describe(seen);
}

/** What of a container is not as it was found, in words; the restart count is left out, which the engine sets back at each start by hand. */
export function differences(before: FoundContainer, now: FoundContainer | null): readonly string[] {
  if (now === null) return ['it is gone'];
  const compare = (what: string, was: string, is: string) => (was === is ? [] : [`${what} was ${was || 'none'} and is ${is || 'none'}`]);
  const places = ({ endpoints }: FoundContainer) =>
    endpoints
      .map(({ network, address, aliases }) => `${network} at ${address || 'no address'} as ${[...aliases].sort().join(', ') || 'itself'}`)
      .join('; ');
  return [
    ...compare('its state', before.state, now.state),
    ...compare('its place', places(before), places(now)),
    ...compare('its restart policy', before.restart, now.restart),
    ...compare('its limits', before.limits, now.limits),
  ];
}

/** The services that are containers of the project. */
export function mapped(system: System): readonly (readonly [string, Service])[] {
  return Object.entries(system.services).filter(([, service]) => service.url === undefined);
}

/** Why a container that was found cannot be what the mapping says. */
function misfits(name: string, spec: Service, found: FoundContainer, system: System): readonly string[] {
  const place = `services.${name}`;
  const touched = (system.may_touch ?? []).includes(name);
  const wrong: string[] = [];
  if (found.state !== 'running' && (touched || spec.ready !== undefined))
    wrong.push(
      `${place}: ${found.container} is ${found.state}, and what is asked or broken must run; ${found.state === 'paused' ? 'thaw' : 'start'} it, or take \`ready\` away and the name out of may_touch: it is then left as it is`,
    );
  if (system.compose?.observe === 'published') {
    for (const [port, number] of Object.entries(spec.ports)) {
      const published = found.published[`${number}/tcp`];
      if (published === undefined)
        wrong.push(
          `${place}.ports.${port}: ${found.container} does not publish ${number}; publish it on 127.0.0.1, or say \`observe: 'inside'\``,
        );
      else if (!published.fixed && touched)
        wrong.push(
          `${place}.ports.${port}: ${found.container} publishes ${number} on a port that the engine chose, and will choose anew after a kill; fix it, or say \`observe: 'inside'\``,
        );
    }
  } else if (found.endpoints.length === 0 && Object.keys(spec.ports).length > 0)
    wrong.push(
      `${place}: ${found.container} has no network of its own (network_mode ${found.network_mode}), so that nobody inside can reach its ports; say \`observe: 'published'\`, or leave its ports out`,
    );
  return wrong;
}

function nameOf({ Names, Id }: Dockerode.ContainerInfo): string {
  return Names[0]?.slice(1) ?? Id;
}

function describe(seen: Dockerode.ContainerInspectInfo): FoundContainer {
  const { HostConfig: given, Config, State, NetworkSettings } = seen;
  const { Name: policy, MaximumRetryCount: most } = given.RestartPolicy ?? { Name: 'no' };
  return {
    id: seen.Id,
    container: seen.Name.replace(/^\//, ''),
    image: Config.Image,
    state: State.Paused ? 'paused' : State.Running ? 'running' : 'stopped',
    network_mode: given.NetworkMode ?? '',
    endpoints: given.NetworkMode === 'host' || given.NetworkMode === 'none' ? [] : endpointsOf(seen),
    restart: `${policy || 'no'}${most === undefined || most === 0 ? '' : `:${most}`}`,
    published: publishedOf(NetworkSettings.Ports ?? {}, given.PortBindings as Bindings | undefined),
    logs_readable: !Config.Tty && READABLE.includes(given.LogConfig?.Type ?? ''),
    init: given.Init === true,
    limits: JSON.stringify({
      memory: given.Memory ?? 0,
      cpus: given.NanoCpus ?? 0,
      ...quotaOf(given.CpuQuota, given.CpuPeriod),
      shares: given.CpuShares ?? 0,
    }),
  };
}

/** No quota is no quota, by whichever numbers the engine says so: it cannot take back a period that was given once. */
export function quotaOf(quota = 0, period = 0): { readonly quota: number; readonly period: number } {
  return quota <= 0 ? { quota: 0, period: 0 } : { quota, period };
}

function endpointsOf({ Id, NetworkSettings }: Dockerode.ContainerInspectInfo): readonly FoundEndpoint[] {
  return Object.entries(NetworkSettings.Networks)
    .map(([network, { IPAddress, IPAMConfig, Aliases }]) => ({
      network,
      address: IPAddress,
      fixed: ((IPAMConfig as { IPv4Address?: string } | null)?.IPv4Address ?? '') !== '',
      // The engine adds the short id by itself, anew at each connection.
      aliases: ((Aliases ?? []) as string[]).filter((alias) => alias !== Id.slice(0, 12)),
    }))
    .sort((a, b) => (a.network < b.network ? -1 : 1));
}

type Bindings = Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>>;

function publishedOf(ports: Bindings, asked: Bindings | undefined): FoundContainer['published'] {
  return Object.fromEntries(
    Object.entries(ports).flatMap(([port, bindings]) => {
      const first = bindings?.[0];
      if (first?.HostPort === undefined) return [];
      const host = first.HostIp === undefined || ['', '0.0.0.0', '::'].includes(first.HostIp) ? '127.0.0.1' : first.HostIp;
      const wanted = asked?.[port]?.[0]?.HostPort ?? '';
      return [[port, { host, port: Number(first.HostPort), fixed: wanted !== '' && wanted !== '0' }]];
    }),
  );
}
