import path from 'node:path';
import { type Duplex, PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import type { Address, Instance, ObserverProcess, Runtime, StandUp, StandUpContext } from '../../model/runtime.ts';
import type { Service, System } from '../../model/system.ts';
import { fill, startOrder } from '../template.ts';
import { engine, LABEL, needEngine, owner, removeLabelled, unless } from './engine.ts';
import { ensureImages, OBSERVER_IMAGE } from './image.ts';
import { ContainerInstance } from './instance.ts';
import { makeNetwork } from './network.ts';

const DATA = '/data';

/**
 * Systems as containers on an internal network of their own: no way out, no published ports. The engine is found by testcontainers; containers are made through its dockerode, because testcontainers
 * has no word for fixed addresses, kill, pause, start again or disconnect, and waits for ports that an internal network does not publish.
 */
export const dockerRuntime: Runtime = {
  name: 'docker',
  async cannot(system) {
    const without = Object.entries(system.services).filter(([, service]) => service.image === undefined);
    if (without.length > 0)
      return `${without.map(([name]) => name).join(', ')} ${without.length === 1 ? 'has' : 'have'} no \`image\`, only a command; use --runtime process`;
    const found = await engine();
    return found.ok ? null : `${found.why}; ${found.what_to_do}`;
  },
  standUp: (system, context) => standUp(system, context),
};

async function standUp(system: System, context: StandUpContext): Promise<StandUp> {
  const { id, run, logs, register, progress } = context;
  const docker = await needEngine();
  await ensureImages(system, progress);

  const labels = { [LABEL.run]: run, [LABEL.standUp]: id, [LABEL.owner]: owner() };
  const strikes: (() => Promise<void>)[] = [];
  const note = async (...arguments_: Parameters<typeof register>) => strikes.push(await register(...arguments_));
  const networkName = `faultline-${id}`;
  await note(`the network of stand-up ${id}`, { do: 'docker.network.remove', network: networkName });
  const network = await makeNetwork(docker, networkName, labels);

  // The first host address is the engine's own; the observer comes next, then the services in their order.
  const names = Object.keys(system.services);
  const hosts = new Map(names.map((name, i) => [name, network.host(3 + i)]));
  const lookUp = (service: string, port?: string): Address => {
    const host = hosts.get(service);
    const ports = system.services[service]?.ports;
    if (host === undefined || ports === undefined) throw new Error(`there is no service "${service}"`);
    const number = port === undefined ? Object.values(ports)[0] : ports[port];
    if (number === undefined) {
      if (port === undefined) return { host, port: 0 };
      throw new Error(`${service} has no port "${port}"`);
    }
    return { host, port: number };
  };
  const instances = new Map(
    names.map((name) => {
      const spec = system.services[name] as Service;
      return [
        name,
        new ContainerInstance({
          name,
          spec,
          docker,
          container: `faultline-${id}-${name}`,
          log: path.join(logs, `${name}.log`),
          lookUp: (port) => lookUp(name, port),
        }),
      ] as const;
    }),
  );

  return {
    id,
    runtime: 'docker',
    instances,
    async observer() {
      const container = `faultline-${id}-observer`;
      await note('the observer', { do: 'docker.remove', container });
      return await startObserver(docker, container, network.name, network.host(2), labels);
    },
    async start(ready) {
      for (const wave of startOrder(system)) {
        await startWave(
          wave.flatMap((name) => instances.get(name) ?? []),
          async (instance) => {
            await note(`the container of ${instance.name}`, { do: 'docker.remove', container: instance.container });
            const volume = needsData(instance.spec) ? `${instance.container}-data` : null;
            if (volume !== null) {
              await note(`the data of ${instance.name}`, { do: 'docker.volume.remove', volume });
              await docker.createVolume({ Name: volume, Labels: { ...labels, [LABEL.service]: instance.name } });
            }
            await create(docker, instance, {
              standUp: id,
              network: network.name,
              host: hosts.get(instance.name) ?? '',
              volume,
              labels,
              lookUp,
            });
            await instance.start();
          },
          ready,
        );
      }
    },
    async versions() {
      const { Version } = await docker.version();
      const images = await Promise.all(
        [...new Set(Object.values(system.services).map((service) => service.image ?? ''))].map(
          async (image) => [image, (await docker.getImage(image).inspect()).Id] as const,
        ),
      );
      return { 'docker engine': Version, ...Object.fromEntries(images) };
    },
    async down() {
      await removeLabelled({ run, standUp: id });
      for (const instance of instances.values()) instance.closeLog();
      for (const strike of strikes) await strike();
    },
  };
}

interface Made {
  readonly standUp: string;
  readonly network: string;
  readonly host: string;
  readonly volume: string | null;
  readonly labels: Record<string, string>;
  readonly lookUp: (service: string, port?: string) => Address;
}

async function create(
  docker: Dockerode,
  { name, spec, container }: ContainerInstance,
  { standUp, network, host, volume, labels, lookUp }: Made,
): Promise<void> {
  const filler = { self: name, standUp, data: DATA, address: lookUp };
  const command = (spec.docker_command ?? spec.command ?? []).map((word) => fill(word, filler));
  await docker.createContainer({
    name: container,
    Image: spec.image ?? '',
    ...(command.length === 0 ? {} : { Cmd: command }),
    Env: Object.entries(spec.env).map(([key, text]) => `${key}=${fill(text, filler)}`),
    Labels: { ...labels, [LABEL.service]: name },
    HostConfig: {
      NetworkMode: network,
      Init: spec.init,
      CapAdd: spec.capabilities,
      ...(spec.memory_mb === undefined ? {} : { Memory: spec.memory_mb << 20 }),
      ...(volume === null ? {} : { Binds: [`${volume}:${DATA}`] }),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: host } } } },
  });
}

/** Creates and starts services together; all failures are told at once. */
async function startWave(
  wave: readonly ContainerInstance[],
  make: (instance: ContainerInstance) => Promise<void>,
  ready: (instance: Instance) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(
    wave.map(async (instance) => {
      await make(instance);
      const early = instance.diesEarly();
      early.catch(() => undefined);
      await Promise.race([ready(instance), early]);
    }),
  );
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  if (failed.length > 0) throw new Error(failed.map((error) => error.message).join('\n'), { cause: failed[0] });
}

/** The observer inside the run's network, spoken to through its attached standard streams. */
async function startObserver(
  docker: Dockerode,
  name: string,
  network: string,
  host: string,
  labels: Record<string, string>,
): Promise<ObserverProcess> {
  const container = await docker.createContainer({
    name,
    Image: OBSERVER_IMAGE.image,
    Cmd: ['node', 'harness/observer/main.ts'],
    Labels: { ...labels, [LABEL.service]: 'observer' },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    // Whoever measures must not wait for whom it measures.
    HostConfig: { NetworkMode: network, Init: true, CpuShares: 4096, LogConfig: { Type: 'none', Config: {} } },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: host } } } },
  });
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  docker.modem.demuxStream(stream, stdout, stderr);
  const close = () => {
    stdout.end();
    stderr.end();
  };
  stream.once('end', close);
  stream.once('close', close);
  stream.on('error', close);
  const gone = container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>;
  await container.start();
  const exited = gone.then(
    ({ StatusCode }) => StatusCode,
    () => null,
  );
  return {
    stdin: stream as Duplex,
    stdout,
    stderr,
    exited,
    async end() {
      await unless([404, 409], container.remove({ force: true }));
      await exited;
    },
  };
}

function needsData(spec: Service): boolean {
  return [...Object.values(spec.env), ...(spec.docker_command ?? spec.command ?? [])].some((text) => text.includes('${data}'));
}
