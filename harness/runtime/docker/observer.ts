import { PassThrough, type Writable } from 'node:stream';
import type Dockerode from 'dockerode';
import type { ObserverProcess } from '../../model/runtime.ts';
import { LABEL, removeContainer, unless } from './engine.ts';
import { split } from './streams.ts';

/** Where and as what the observer is started. */
export interface ObserverPlace {
  /** The container's name, known before it is made. */
  readonly container: string;
  readonly image: string;
  readonly network: string;
  /** Its address there; null: whatever the engine gives it. */
  readonly host: string | null;
  /** Further networks that it joins before it runs. */
  readonly others?: readonly string[];
  readonly labels: Record<string, string>;
}

/** Makes the observer's container inside the run's network. */
export async function createObserver(
  docker: Dockerode,
  { container: name, image, network, host, others = [], labels }: ObserverPlace,
): Promise<Dockerode.Container> {
  const container = await docker.createContainer({
    name,
    Image: image,
    Cmd: ['node', 'harness/observer/main.ts'],
    Labels: { ...labels, [LABEL.service]: 'observer' },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    // Whoever measures must not wait for whom it measures. What it says is the timeline, which the run keeps.
    HostConfig: { NetworkMode: network, Init: true, CpuShares: 4096, CapAdd: ['SYS_NICE'], LogConfig: { Type: 'none', Config: {} } },
    NetworkingConfig: endpoint(network, host),
  });
  for (const other of others) await docker.getNetwork(other).connect({ Container: container.id });
  return container;
}

/** A container's place on its first network. */
export function endpoint(network: string, host: string | null): { EndpointsConfig: Dockerode.EndpointsConfig } {
  return { EndpointsConfig: { [network]: host === null ? {} : { IPAMConfig: { IPv4Address: host } } } };
}

/** Starts a container that was made with open standard streams, attached to them before it runs. `end` kills and removes it. */
export async function attached(container: Dockerode.Container): Promise<ObserverProcess> {
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const { ended } = split(stream, { stdout: (chunk) => stdout.write(chunk), stderr: (chunk) => stderr.write(chunk) });
  await container.start();
  const exited = container.wait().then(exitCode, () => null);
  void ended.then(() => {
    stdout.end();
    stderr.end();
  });
  return {
    stdin: stream as unknown as Writable,
    stdout,
    stderr,
    exited,
    async end() {
      await unless([404, 409], container.kill({ signal: 'SIGKILL' }));
      await exited;
      await removeContainer(container.id);
      (stream as NodeJS.ReadWriteStream & { destroy(): void }).destroy();
    },
  };
}

/** As a shell tells it, 128 and the signal's number: null, as for a child process. */
function exitCode({ StatusCode }: { StatusCode: number }): number | null {
  return StatusCode > 128 ? null : StatusCode;
}
