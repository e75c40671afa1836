import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { UndoAction } from '../../model/fault.ts';
import type {
  Address,
  Helper,
  HelperSpec,
  Instance,
  LinkPlace,
  NamesPlace,
  ObserverProcess,
  Runtime,
  StandUp,
  StandUpContext,
} from '../../model/runtime.ts';
import type { Service, System } from '../../model/system.ts';
import { layLinks, linkNames, linksMissing, viasOf } from '../links/links.ts';
import { startOwnLinks, startOwnNames } from '../own-places.ts';
import { owner } from '../process/tree.ts';
import { fill, startOrder } from '../template.ts';
import { createContainer, DATA, needsData } from './container.ts';
import { engine, LABEL, needEngine, removeLabelled } from './engine.ts';
import { startHelper } from './helper.ts';
import { ensureImage, ensureImages, OBSERVER_IMAGE } from './image.ts';
import { ContainerInstance, plugOf } from './instance.ts';
import { Making } from './making.ts';
import { HOSTS, makeNetwork } from './network.ts';
import { attached, createObserver } from './observer.ts';

/** Addresses that are kept for programs of ours beside the system. */
const HELPERS = 20;
/** Ports of links, on the address of what carries them; and where that takes requests. */
const LINK_PORTS = 20_001;
const LINK_CONTROL = 8474;
/** One more is the observer's. */
const SERVICES = HOSTS - 1 - HELPERS;
/** Where a proxy listens, at an address of its own. */
const LINK_PORT = 8080;
/** Others of a wave may fail, too, so long after the first: they are told together. */
const OTHERS_WITHIN_MS = 500;

/**
 * Systems as containers on an internal network of their own: no way out, no published ports. The engine is found by testcontainers; containers are made through its dockerode, because testcontainers
 * has no word for fixed addresses, kill, pause, start again or disconnect, waits for ports that an internal network does not publish, and labels for its own reaper.
 */
export const dockerRuntime: Runtime = {
  name: 'docker',
  can: {
    lifecycle: true,
    freeze: true,
    replace: true,
    restarts: true,
    slow_disk:
      'the engine sets the speed of a disk when a container is made and cannot change it while it runs; what the kernel writes later (write-back) would escape it anyway',
    exec: true,
    helpers: true,
    namespaces: true,
    networks: true,
    limits: true,
    volumes: true,
    links: true,
    names: true,
    clocks: true,
  },
  async cannot(system) {
    const services = Object.entries(system.services);
    const without = services.filter(([, service]) => service.image === undefined);
    if (without.length > 0)
      return `${without.map(([name]) => name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no \`image\`, only a command; use --runtime process`;
    if (services.length > SERVICES)
      return `${system.name} has ${services.length} services; a network of a run has room for ${SERVICES}, so split the system`;
    const found = await engine();
    return found.ok ? await linksMissing(system) : `${found.why}; ${found.what_to_do}`;
  },
  standUp: (system, context) => standUp(system, context),
};

async function standUp(system: System, context: StandUpContext): Promise<StandUp> {
  const { id, run, logs, register, progress, signal } = context;
  const docker = await needEngine();
  const images = await ensureImages(system, progress, signal);
  const imageOf = (spec: Pick<Service, 'image'>) => images.get(spec.image ?? '') ?? spec.image ?? '';
  mkdirSync(logs, { recursive: true });

  const labels = { [LABEL.run]: run, [LABEL.standUp]: id, [LABEL.owner]: owner() };
  const strikes: (() => Promise<void>)[] = [];
  const note = async (what: string, action: UndoAction) => {
    strikes.push(await register(what, action));
  };
  const strikeOut = async () => {
    for (const strike of strikes.splice(0)) await strike();
  };
  const networkName = `faultline-${id}`;
  await note(`the network of stand-up ${id}`, { do: 'docker.network.remove', network: networkName });
  const network = await makeNetwork(docker, networkName, labels);
  if (signal.aborted) {
    // Whoever asked may have stopped listening, and would never hear of what stands.
    await removeLabelled({ run, standUp: id });
    await strikeOut();
    throw new Error(`stand-up ${id} was called off`, { cause: signal.reason });
  }

  // The first host address is the engine's own; the observer comes next, then the services in their order.
  const services = Object.keys(system.services);
  const hosts = new Map(services.map((name, i) => [name, network.host(3 + i)]));
  const lookUp = (service: string, port?: string) => addressOf(system, hosts, service, port);
  const instances = new Map(
    services.map((name) => {
      const spec = system.services[name] as Service;
      const container = `faultline-${id}-${name}`;
      const log = path.join(logs, `${name}.log`);
      return [
        name,
        new ContainerInstance({
          name,
          spec,
          docker,
          container,
          plug: plugOf(container, [{ network: network.name, address: hosts.get(name) ?? '' }]),
          log,
          lookUp: (port) => lookUp(name, port),
          fill: (text) => fill(text, { self: name, standUp: id, data: DATA, address: lookUp, link: (link) => linkOf(link) }),
          fetch: (image) => ensureImage(everyImage(system, image), progress, signal),
        }),
      ] as const;
    }),
  );

  const create = async ({ name, spec, container }: ContainerInstance) => {
    const volume = needsData(spec) && spec.disk_mb === undefined ? `${container}-data` : null;
    if (volume !== null) await note(`the data of ${name}`, { do: 'docker.volume.remove', volume });
    await note(`the container of ${name}`, { do: 'docker.remove', container });
    const host = hosts.get(name) ?? '';
    await createContainer(docker, {
      name,
      spec,
      container,
      image: imageOf(spec),
      standUp: id,
      network: network.name,
      host,
      volume,
      labels,
      lookUp,
      link: linkOf,
      dns: names?.address.host ?? null,
    });
  };

  const making = new Making(id);

  // What stands between services has its address, and a certificate, only once it runs: those who are told of it are made after it.
  const waits = system.names !== undefined || Object.values(system.links ?? {}).some((link) => link.via !== 'tcp');
  const created = new Map<string, Promise<void>>();
  const creationOf = (instance: ContainerInstance): Promise<void> => {
    const begun = created.get(instance.name);
    if (begun !== undefined) return begun;
    const creation = making.track(() => create(instance));
    // Whoever starts it hears of its failure, and maybe nobody ever starts it.
    creation.catch(() => undefined);
    created.set(instance.name, creation);
    return creation;
  };
  const make = async (instance: ContainerInstance) => {
    await creationOf(instance);
    await making.track(() => instance.begin());
  };
  const observer = async () => {
    const container = `faultline-${id}-observer`;
    await note('the observer', { do: 'docker.remove', container });
    const image = imageOf(OBSERVER_IMAGE);
    const made = await createObserver(docker, { container, image, network: network.name, host: network.host(2), labels });
    // While it starts, containers are made. None of them is started before it runs and has said hello.
    if (!waits) for (const instance of instances.values()) void creationOf(instance);
    return await attached(made);
  };
  const ownLinks = new Map<string, LinkPlace>();
  let names: NamesPlace | null = null;
  const helperAddresses = Array.from({ length: HELPERS }, (_, i) => HOSTS + 1 - i);
  const takenByHelpers = new Set<number>();
  const helpers = new Map<string, Promise<Helper>>();
  const helper = async (spec: HelperSpec, reserved?: string) => {
    const container = `faultline-${id}-${spec.name}`;
    const beside = spec.beside === undefined ? null : (instances.get(spec.beside)?.container ?? null);
    if (spec.beside !== undefined && beside === null) throw new Error(`helper ${spec.name}: there is no service "${spec.beside}"`);
    const own = spec.beside === undefined && reserved === undefined ? helperAddresses.find((n) => !takenByHelpers.has(n)) : undefined;
    if (spec.beside === undefined && reserved === undefined && own === undefined)
      throw new Error(`helper ${spec.name}: all ${HELPERS} addresses that are kept for helpers are taken; end some first`);
    if (own !== undefined) takenByHelpers.add(own);
    const host = own !== undefined ? network.host(own) : (reserved ?? hosts.get(spec.beside ?? '') ?? '');
    const image = spec.image === undefined ? imageOf(OBSERVER_IMAGE) : await ensureImage(spec.image, progress, signal);
    await note(`the helper ${spec.name}`, { do: 'docker.remove', container });
    const started = await startHelper(docker, spec, { container, image, network: network.name, host, beside, labels });
    // Whoever has ended needs its address no more.
    void started.exited.then(() => own !== undefined && takenByHelpers.delete(own));
    return started;
  };
  const oneHelper = (spec: HelperSpec, reserved?: string) => {
    if (helpers.has(spec.name)) return Promise.reject(new Error(`there are two helpers called "${spec.name}"`));
    const made = making.track(() => helper(spec, reserved));
    helpers.set(spec.name, made);
    // One that never came about, or has ended, leaves its name to the next.
    made.then(
      (one) => void one.exited.then(() => helpers.delete(spec.name)),
      () => helpers.delete(spec.name),
    );
    return made;
  };
  const carrierAddress = () => {
    const own = helperAddresses.find((n) => !takenByHelpers.has(n)) ?? 0;
    takenByHelpers.add(own);
    return network.host(own);
  };
  // Services are told where links are before anything carries them.
  const carriers = new Map(viasOf(system).map((via) => [via, carrierAddress()]));
  const links = layLinks(system, {
    listen: (via, link) => ({ host: carriers.get(via) ?? '', port: LINK_PORTS + linkNames(system, via).indexOf(link) }),
    // Inside its own container: no service can reach it there.
    control: () => ({ host: '127.0.0.1', port: LINK_CONTROL }),
    to: lookUp,
    helper: (spec, via) => oneHelper(spec, carriers.get(via)),
  });

  const linkOf = (name: string) => ownLinks.get(name) ?? { address: links.address(name) };

  return {
    id,
    runtime: 'docker',
    instances,
    get links() {
      return new Map([...links.places, ...ownLinks]);
    },
    get names() {
      return names;
    },
    helper: (spec) => oneHelper(spec),
    observer: (): Promise<ObserverProcess> => making.track(observer),
    async start(ready) {
      await links.open();
      const ground = { system, lookUp, helper: oneHelper, listen: { host: '0.0.0.0', port: LINK_PORT } };
      for (const [name, place] of await startOwnLinks(ground)) ownLinks.set(name, place);
      names = await startOwnNames(ground);
      for (const wave of startOrder(system))
        await startWave(
          wave.flatMap((name) => instances.get(name) ?? []),
          make,
          ready,
        );
    },
    async versions() {
      const { Version } = await docker.version();
      return { 'docker engine': Version, ...Object.fromEntries(images) };
    },
    async down() {
      await making.end();
      const errors: Error[] = [];
      const attempt = async (work: () => Promise<unknown>) => {
        await work().catch((error: unknown) => errors.push(error instanceof Error ? error : new Error(String(error))));
      };
      await attempt(() => removeLabelled({ run, standUp: id }));
      await Promise.all([...instances.values()].map((instance) => attempt(() => instance.closeLog())));
      if (errors.length > 0)
        throw new Error(`stand-up ${id} is not all gone: ${errors.map((error) => error.message).join('; ')}`, { cause: errors[0] });
      await strikeOut();
    },
  };
}

/** An image as the system knows how to make it; else by its name alone. */
function everyImage(system: System, image: string): Pick<Service, 'image' | 'build'> {
  return Object.values(system.services).find((service) => service.image === image) ?? { image };
}

function addressOf(system: System, hosts: ReadonlyMap<string, string>, service: string, port?: string): Address {
  const host = hosts.get(service);
  const ports = system.services[service]?.ports;
  if (host === undefined || ports === undefined)
    throw new Error(`there is no service "${service}"; there are ${[...hosts.keys()].join(', ')}`);
  // A service that declares no port still has a host.
  if (port === undefined) return { host, port: Object.values(ports)[0] ?? 0 };
  const number = ports[port];
  if (number === undefined) throw new Error(`${service} has no port "${port}"; it has ${Object.keys(ports).join(', ') || 'none'}`);
  return { host, port: number };
}

/**
 * Makes and starts services together and waits until they are ready. The first that fails ends the wait for the others, but not before all are made (or have failed):
 * who takes the system down afterwards finds everything. The error names all that failed.
 */
async function startWave(
  wave: readonly ContainerInstance[],
  make: (instance: ContainerInstance) => Promise<void>,
  ready: (instance: Instance) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const failed: Error[] = [];
  const one = async (instance: ContainerInstance, made: Promise<void>) => {
    await made;
    // It may be ready before anybody hears what it says; what it said before it ended is wanted in any case.
    const heard = instance.follow();
    const early = heard.then(() => instance.ended(over.signal)).then((error) => Promise.reject(error));
    await Promise.race([Promise.all([ready(instance), heard]), early]);
  };
  const makes = wave.map(make);
  const all = wave.map(async (instance, i) => {
    try {
      await one(instance, makes[i] ?? Promise.resolve());
    } catch (error) {
      failed.push(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  });
  try {
    await Promise.all(all);
  } catch {
    await Promise.allSettled(makes);
    await Promise.race([Promise.allSettled(all), new Promise((resolve) => setTimeout(resolve, OTHERS_WITHIN_MS))]);
    const told = failed.slice();
    throw new Error(told.map((error) => error.message).join('\n'), { cause: told[0] });
  } finally {
    over.abort();
  }
}
