import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type Dockerode from 'dockerode';
import type { UndoAction } from '../../model/fault.ts';
import type { Address, Helper, HelperSpec, Instance, ObserverProcess, Runtime, StandUp, StandUpContext } from '../../model/runtime.ts';
import type { Service, System } from '../../model/system.ts';
import { byAddress } from '../adopted/adopted.ts';
import { engine, LABEL, needEngine, removeLabelled } from '../docker/engine.ts';
import { startHelper } from '../docker/helper.ts';
import { ensureImage, OBSERVER_IMAGE } from '../docker/image.ts';
import { Making } from '../docker/making.ts';
import { attached, createObserver } from '../docker/observer.ts';
import { startObserver as startLocalObserver } from '../process/observer.ts';
import { owner } from '../process/tree.ts';
import { gapsBelow, holdGaps } from './gaps.ts';
import { AdoptedContainer } from './instance.ts';
import { differences, type FoundContainer, findProject, lookAt } from './project.ts';

/**
 * Compose projects that run already, found by compose's labels: watched, loaded and read back from inside their networks, broken only where `may_touch` says so, and left as they were found.
 * Whatever is made for a run carries our labels, publishes nothing, and goes at its end; nothing else is ever made, changed or removed.
 */
export const composeRuntime: Runtime = {
  name: 'compose',
  can: {
    lifecycle: true,
    freeze: true,
    exec: true,
    replace:
      'its containers were made by others, and are not ours to put others in their place; release by your own means, with a fault `by-hand`',
    restarts: true,
    slow_disk: 'the engine changes the speed of a disk only of containers that are made with it',
    clocks: 'a clock can be shifted only in a container that was started for it',
    helpers: true,
    namespaces: true,
    networks: true,
    limits: true,
    volumes: 'its volumes were made by others, and hold what is theirs; a small one can only be given to a container that is made with it',
    links:
      "its connections go as they were made when it was started, without a proxy of ours; start the system with one (or describe it as a scenario's own system), or use faults in the namespace",
    names: "its containers ask the engine's name service, as they were started; start the system with ours to disturb it",
  },
  async cannot(system) {
    if (system.compose === undefined) return 'it names no compose project; say `adopt` with a mapping that does';
    const found = await engine();
    if (!found.ok) return `${found.why}; ${found.what_to_do}`;
    const project = await findProject(found.dockerode, system);
    return project.ok ? null : project.why;
  },
  standUp,
};

async function standUp(system: System, context: StandUpContext): Promise<StandUp> {
  const { id, run, logs, register, progress, signal, hide = [] } = context;
  const docker = await needEngine();
  const project = await findProject(docker, system);
  if (!project.ok) throw new Error(project.why);
  const image = await ensureImage(OBSERVER_IMAGE, progress, signal);
  mkdirSync(logs, { recursive: true });
  const { found } = project;
  const inside = system.compose?.observe !== 'published';
  const networks = networksOf(found);
  const [network = 'none', ...others] = networks;
  const labels = { [LABEL.run]: run, [LABEL.standUp]: id, [LABEL.owner]: owner() };
  const strikes: (() => Promise<void>)[] = [];
  const note = async (what: string, action: UndoAction) => {
    strikes.push(await register(what, action));
  };

  const since_s = Date.now() / 1000;
  const instances = new Map<string, Instance>();
  const adopted: AdoptedContainer[] = [];
  for (const [name, spec] of Object.entries(system.services)) {
    const one = found.get(name);
    if (one === undefined) {
      instances.set(name, byAddress(name, spec));
      continue;
    }
    const log = path.join(logs, `${name}.log`);
    const foreign = { since_s, hide, readable: one.logs_readable };
    const lookUp = (port?: string) => addressOf(name, spec, one, inside, port);
    // A mapping says nothing of it: where no init is, the first process is the service itself.
    const instance = new AdoptedContainer(
      { name, spec: { ...spec, init: one.init }, docker, log, foreign, lookUp },
      one,
      mayTouch(system, name),
    );
    instances.set(name, instance);
    adopted.push(instance);
  }

  const touched = adopted.filter(({ name }) => mayTouch(system, name));
  const gaps = await gapsBelow(
    docker,
    touched.map((each) => each.found),
  );
  await holdGaps(docker, gaps, { prefix: `faultline-${id}-gap`, image, labels, note, progress });

  const making = new Making(id);
  let local: ObserverProcess | null = null;
  const observer = async () => {
    if (!inside) {
      local = startLocalObserver(id, run);
      return local;
    }
    const container = `faultline-${id}-observer`;
    await note('the observer', { do: 'docker.remove', container });
    return await attached(await createObserver(docker, { container, image, network, host: null, others, labels }));
  };
  const helpers = new Set<string>();
  const helper = async (spec: HelperSpec): Promise<Helper> => {
    const beside = spec.beside === undefined ? null : besideOf(spec, adopted, system);
    if (beside === null) await noneDown(docker, spec, touched);
    const container = `faultline-${id}-${spec.name}`;
    const own = spec.image === undefined ? image : await ensureImage(spec.image, progress, signal);
    await note(`the helper ${spec.name}`, { do: 'docker.remove', container });
    const host = beside === null ? null : (beside.endpoints[0]?.address ?? '127.0.0.1');
    return await startHelper(docker, spec, { container, image: own, network, others, host, beside: beside?.id ?? null, labels });
  };

  return {
    id,
    runtime: 'compose',
    instances,
    links: new Map(),
    helper: (spec) => {
      if (helpers.has(spec.name)) return Promise.reject(new Error(`there are two helpers called "${spec.name}"`));
      helpers.add(spec.name);
      const made = making.track(() => helper(spec));
      // One that never came about, or has ended, leaves its name to the next.
      made.then(
        (one) => void one.exited.then(() => helpers.delete(spec.name)),
        () => helpers.delete(spec.name),
      );
      return made;
    },
    observer: () => making.track(observer),
    async start(ready) {
      await Promise.all(adopted.map((instance) => instance.follow()));
      await Promise.all([...instances.values()].map((instance) => ready(instance)));
    },
    async versions() {
      const { Version } = await docker.version();
      return { 'docker engine': Version, ...Object.fromEntries([...found].map(([name, one]) => [name, `${one.container}, ${one.image}`])) };
    },
    async down() {
      await making.end();
      const errors: Error[] = [];
      const attempt = async (work: () => Promise<unknown>) => {
        await work().catch((error: unknown) => errors.push(error instanceof Error ? error : new Error(String(error))));
      };
      await attempt(async () => local?.end());
      await attempt(() => removeLabelled({ run, standUp: id }));
      await Promise.all(adopted.map((instance) => attempt(() => instance.closeLog())));
      await attempt(() => asFound(docker, touched));
      if (errors.length > 0)
        throw new Error(`stand-up ${id} did not leave all as it was: ${errors.map((error) => error.message).join('; ')}`, {
          cause: errors[0],
        });
      for (const strike of strikes.splice(0)) await strike();
    },
  };
}

/** The networks of the project's containers that a mapping names, sorted. */
export function networksOf(found: ReadonlyMap<string, FoundContainer>): readonly string[] {
  return [...new Set([...found.values()].flatMap(({ endpoints }) => endpoints.map(({ network }) => network)))].sort();
}

/** Whether a service may be broken: nobody asked may do without saying so. */
export function mayTouch(system: System, name: string): boolean {
  return (system.may_touch ?? []).includes(name);
}

function addressOf(name: string, spec: Service, found: FoundContainer, inside: boolean, port?: string): Address {
  const number = port === undefined ? (Object.values(spec.ports)[0] ?? 0) : spec.ports[port];
  if (number === undefined) throw new Error(`${name} has no port "${port}"; it has ${Object.keys(spec.ports).join(', ') || 'none'}`);
  if (!inside) return found.published[`${number}/tcp`] ?? { host: '127.0.0.1', port: number };
  // Addresses, not names: that of a dead container leaves the engine's name service.
  const address = found.endpoints.find((endpoint) => endpoint.address !== '')?.address;
  if (address === undefined) throw new Error(`${name} (${found.container}) was found ${found.state}, and has no address`);
  return { host: address, port: number };
}

function besideOf({ name, beside, capabilities = [] }: HelperSpec, adopted: readonly AdoptedContainer[], system: System): FoundContainer {
  const instance = adopted.find((each) => each.name === beside);
  if (instance === undefined) throw new Error(`helper ${name}: there is no container of a service "${beside}"`);
  if (capabilities.length > 0 && !mayTouch(system, instance.name))
    throw new Error(
      `helper ${name} could change ${instance.found.container} (${capabilities.join(', ')}), and ${beside} is not in may_touch`,
    );
  return instance.found;
}

/** A new container would get the address of one that is down, and that one another. */
async function noneDown(docker: Dockerode, { name }: HelperSpec, touched: readonly AdoptedContainer[]): Promise<void> {
  for (const { found } of touched) {
    if (found.endpoints.every((endpoint) => endpoint.fixed)) continue;
    if ((await lookAt(docker, found.id))?.state === 'stopped')
      throw new Error(
        `helper ${name} is not started while ${found.container} is down: the engine would give it that address; start it before the fault`,
      );
  }
}

async function asFound(docker: Dockerode, touched: readonly AdoptedContainer[]): Promise<void> {
  const told: string[] = [];
  for (const { found } of touched)
    for (const difference of differences(found, await lookAt(docker, found.id))) told.push(`${found.container}: ${difference}`);
  if (told.length > 0) throw new Error(told.join('; '));
}
