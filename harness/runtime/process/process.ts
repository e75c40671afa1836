import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type {
  Address,
  Helper,
  HelperSpec,
  Instance,
  LinkPlace,
  ObserverProcess,
  Runtime,
  StandUp,
  StandUpContext,
} from '../../model/runtime.ts';
import type { System } from '../../model/system.ts';
import type { Via } from '../links/kind.ts';
import { layLinks, linkNames, linksMissing, viasOf } from '../links/links.ts';
import { startOwnLinks } from '../own-places.ts';
import { embeddedPostgres } from '../postgres.ts';
import { startOrder } from '../template.ts';
import { folderOfStandUp } from './folder.ts';
import { ProcessInstance } from './instance.ts';
import { startChild, startObserver } from './observer.ts';
import { killAll, processesTagged } from './tree.ts';

/** Ports of links, on an address of their own where there are many, and where what carries them takes requests. */
const LINK_PORTS = 20_001;
const LINK_CONTROL = 8474;
const CONTROL = '/control';

/** Systems as local processes, each service on a loopback address of its own. Needs nothing but Node; what runs on it is a demonstration. */
export const processRuntime: Runtime = {
  name: 'process',
  can: {
    lifecycle: true,
    freeze: true,
    replace: true,
    restarts: 'nothing starts a local process again that ended; use --runtime docker',
    slow_disk: 'local processes share the disk of this machine, which is not ours to slow down',
    exec: true,
    helpers: true,
    namespaces: 'local processes share one network: nothing can be cut between them; use --runtime docker',
    networks: 'local processes share one network; use --runtime docker',
    limits: 'a local process has no limits of its own that could be changed without root; use --runtime docker',
    volumes: 'local processes share the disk of this machine, which is not ours to fill; use --runtime docker',
    links: true,
    names: "local processes ask this machine's name service, which is not ours to break; use --runtime docker",
    clocks: "local processes go by this machine's clock, which is not ours to shift; use --runtime docker",
  },
  async cannot(system) {
    const without = Object.entries(system.services).filter(([, service]) => service.command === undefined);
    if (process.platform === 'win32') return 'it needs Linux or macOS';
    if (system.names !== undefined) return `it declares names, and ${String(processRuntime.can.names)}`;
    return without.length === 0
      ? await linksMissing(system)
      : `${without.map(([name]) => name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no \`command\`, only an image; use --runtime docker`;
  },
  standUp: (system, context) => standUp(system, context),
};

async function standUp(system: System, context: StandUpContext): Promise<StandUp> {
  const { id, run, logs, register } = context;
  const folder = folderOfStandUp(id);
  const strikes = [
    await register(`the folder of stand-up ${id}`, { do: 'folder.remove', path: folder }),
    await register(`the processes of stand-up ${id}`, { do: 'process.end_tagged', tag: id }),
  ];
  mkdirSync(folder, { mode: 0o755 });
  const addresses = await addressesOf(system, id);
  const lookUp = (service: string, port?: string): Address => {
    const ports = addresses.get(service);
    if (ports === undefined) throw new Error(`there is no service "${service}"`);
    const [first] = ports.values();
    const found = port === undefined ? first : ports.get(port);
    if (found === undefined) throw new Error(`${service} has no port "${port ?? ''}"`);
    return found;
  };

  const instances = new Map<string, ProcessInstance>();
  for (const [name, spec] of Object.entries(system.services)) {
    const data = path.join(folder, name);
    mkdirSync(data);
    // A service may have to give up root: then it makes the folder its own.
    chmodSync(data, 0o755);
    instances.set(
      name,
      new ProcessInstance({
        name,
        spec,
        data,
        standUp: id,
        run,
        log: path.join(logs, `${name}.log`),
        lookUp,
        link: (link) => ownLinks.get(link) ?? { address: links.address(link) },
        register,
      }),
    );
  }
  let observer: ReturnType<typeof startObserver> | null = null;
  const helpers = new Set<string>();
  const helper = (spec: HelperSpec): Helper => {
    if (spec.beside !== undefined) throw new Error(`helper ${spec.name}: ${String(processRuntime.can.namespaces)}`);
    if (helpers.has(spec.name)) throw new Error(`there are two helpers called "${spec.name}"`);
    helpers.add(spec.name);
    // Where a file was to be copied, it is used where it lies.
    const argv = spec.argv.map((word) => spec.files?.find((file) => file.to === word)?.from ?? word);
    const child = startChild(argv, spec.env ?? {}, id, run);
    return {
      ...child,
      name: spec.name,
      host: '127.0.0.1',
      exec: () => Promise.reject(new Error(`helper ${spec.name} is a local process: there is nothing to run a command in`)),
      // It is ended with the stand-up, and that undo is registered.
      undoExec: () => [],
      undoStart: () => (child.known === null ? [] : [{ do: 'process.end', ...child.known }]),
    };
  };

  const links = layLinks(system, {
    listen: (via, link) => lookUp(carrier(via), link),
    control: (via) => lookUp(carrier(via), CONTROL),
    to: lookUp,
    helper: (spec) => startOne(spec),
  });
  const startOne = (spec: HelperSpec): Promise<Helper> => new Promise((resolve) => resolve(helper(spec)));
  const ownLinks = new Map<string, LinkPlace>();

  return {
    id,
    runtime: 'process',
    instances,
    get links() {
      return new Map([...links.places, ...ownLinks]);
    },
    helper: startOne,
    async observer() {
      observer = startObserver(id, run);
      return await Promise.resolve(observer);
    },
    async start(ready) {
      await links.open();
      const ground = { system, lookUp, helper: startOne, listen: { host: '127.0.0.1', port: 0 } };
      for (const [name, place] of await startOwnLinks(ground)) ownLinks.set(name, place);
      for (const wave of startOrder(system)) {
        await startWave(
          wave.flatMap((name) => instances.get(name) ?? []),
          ready,
        );
      }
    },
    async versions() {
      const postgres = embeddedPostgres();
      return await Promise.resolve({
        platform: `${process.platform}-${process.arch}`,
        ...('version' in postgres ? { postgresql: postgres.version } : {}),
      });
    },
    async down() {
      const errors: Error[] = [];
      const attempt = async (work: () => Promise<unknown>) => {
        await work().catch((error: unknown) => errors.push(error instanceof Error ? error : new Error(String(error))));
      };
      await Promise.all([...instances.values()].map((instance) => attempt(() => instance.kill())));
      if (observer !== null) await attempt(() => (observer as ObserverProcess).end());
      await attempt(() => killAll(processesTagged(id)));
      await attempt(() => rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 100 }));
      if (errors.length > 0)
        throw new Error(`stand-up ${id} is not all gone: ${errors.map((error) => error.message).join('; ')}`, { cause: errors[0] });
      for (const instance of instances.values()) await instance.strikeOut();
      for (const strike of strikes) await strike();
    },
  };
}

/** Starts services together. The first that fails ends the wait for the others; the error names all that failed. */
async function startWave(wave: readonly ProcessInstance[], ready: (instance: Instance) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(
    wave.map(async (instance) => {
      await instance.start();
      await Promise.race([ready(instance), instance.diesEarly()]);
    }),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failed.length > 0) throw new Error(failed.map((error) => error.message).join('\n'), { cause: failed[0] });
}

/**
 * An address for every port of every service, before anything starts. On Linux each service has a loopback address of its own, drawn from the stand-up's id,
 * so that two runs side by side never meet; elsewhere 127.0.0.1 with free ports.
 */
async function addressesOf(system: System, id: string): Promise<ReadonlyMap<string, ReadonlyMap<string, Address>>> {
  const places = placesOf(system);
  for (let attempt = 0; attempt < 20; attempt++) {
    const [a = 0, b = 0] = createHash('sha256').update(`${id}:${attempt}`).digest();
    const host = (i: number) => (process.platform === 'linux' ? `127.${1 + (a % 250)}.${b}.${i + 2}` : '127.0.0.1');
    const addresses = new Map<string, Map<string, Address>>();
    const wanted = places.map(([name, ports], i) => ({ name, host: host(i), ports: Object.entries(ports) }));
    if (process.platform === 'linux') {
      const free = await Promise.all(wanted.flatMap(({ host, ports }) => ports.map(([, port]) => isFree(host, port))));
      if (!free.every(Boolean)) continue;
      for (const { name, host, ports } of wanted)
        addresses.set(name, new Map(ports.map(([port, number]) => [port, { host, port: number }])));
    } else {
      for (const { name, host, ports } of wanted) {
        const own = new Map<string, Address>();
        for (const [port] of ports) own.set(port, { host, port: await freePort(host) });
        addresses.set(name, own);
      }
    }
    return addresses;
  }
  throw new Error('no free loopback addresses were found in 20 attempts');
}

/** Who has ports: services, and what carries their links. */
function placesOf(system: System): readonly (readonly [string, Readonly<Record<string, number>>])[] {
  const links = viasOf(system).map((via) => {
    const ports = linkNames(system, via).map((name, i) => [name, LINK_PORTS + i] as const);
    return [carrier(via), { ...Object.fromEntries(ports), [CONTROL]: LINK_CONTROL }] as const;
  });
  return [...Object.entries(system.services).map(([name, service]) => [name, service.ports] as const), ...links];
}

/** What carries links, among those that have ports: no service can be called so. */
function carrier(via: Via): string {
  return `links/${via}`;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
