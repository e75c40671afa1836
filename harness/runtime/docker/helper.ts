import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type Dockerode from 'dockerode';
import type { Helper, HelperSpec } from '../../model/runtime.ts';
import { execIn, LABEL, removeContainer, unless } from './engine.ts';
import { attached, endpoint } from './observer.ts';

const ARCHIVE_LIMIT = 512 << 20;

/** Where a helper's container is made. `beside`: the name of the container whose namespaces it shares. */
export interface HelperPlace {
  readonly container: string;
  readonly image: string;
  readonly network: string;
  /** Its address there; null: whatever the engine gives it. */
  readonly host: string | null;
  /** Further networks that it joins before it runs (not beside another container). */
  readonly others?: readonly string[];
  readonly beside: string | null;
  readonly labels: Record<string, string>;
}

/** Makes and starts the container of a helper, its files copied in, and attaches to its standard streams. */
export async function startHelper(docker: Dockerode, spec: HelperSpec, place: HelperPlace): Promise<Helper> {
  const { container: name, image, network, host, others = [], beside, labels } = place;
  const shared = beside === null ? null : `container:${beside}`;
  await removeEnded(docker, name, labels);
  const container = await docker.createContainer({
    name,
    Image: image,
    Cmd: [...spec.argv],
    Entrypoint: [],
    User: 'root',
    Env: Object.entries(spec.env ?? {}).map(([key, value]) => `${key}=${value}`),
    Labels: { ...labels, [LABEL.service]: spec.name },
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    HostConfig: {
      NetworkMode: shared ?? network,
      ...(shared === null ? {} : { PidMode: shared }),
      // An init cannot be the first process of a namespace that has one already.
      Init: shared === null,
      CpuShares: 2048,
      CapAdd: [...(spec.capabilities ?? [])],
      LogConfig: { Type: 'none', Config: {} },
    },
    ...(shared === null ? { NetworkingConfig: endpoint(network, host) } : {}),
  });
  if (shared === null) for (const other of others) await docker.getNetwork(other).connect({ Container: container.id });
  for (const file of spec.files ?? []) await container.putArchive(await archive(file.from, file.to), { path: '/' });
  const process = await attached(container);
  return {
    ...process,
    name: spec.name,
    host: host ?? (await addressOn(container, network)),
    async exec(argv) {
      return (await execIn(name, argv)) ?? { code: 126, stdout: '', stderr: `${name} does not run` };
    },
    undoExec: (argv) => [{ do: 'docker.exec', container: name, argv: [...argv] }],
    undoStart: () => [{ do: 'docker.remove', container: name }],
    async end() {
      await unless([404, 409], container.kill({ signal: 'SIGKILL' }));
      await process.end();
    },
  };
}

/** Whoever shares a service's processes dies with it, and its container keeps the name that the next one needs. Only what has ended and is of this stand-up goes. */
async function removeEnded(docker: Dockerode, name: string, labels: Record<string, string>): Promise<void> {
  const found = await unless([404], docker.getContainer(name).inspect());
  if (found === undefined || found.State.Running || found.Config.Labels[LABEL.standUp] !== labels[LABEL.standUp]) return;
  await removeContainer(found.Id);
}

/** The address that the engine gave a running container. */
async function addressOn(container: Dockerode.Container, network: string): Promise<string> {
  const found = (await container.inspect()).NetworkSettings.Networks[network]?.IPAddress ?? '';
  if (found === '')
    throw new Error(`container ${container.id.slice(0, 12)} has no address on network ${network}: it ended at once, or was taken off`);
  return found;
}

/** A tar archive with one file at its new place, its mode kept. */
async function archive(from: string, to: string): Promise<Buffer> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-archive-'));
  try {
    const inside = path.join(folder, to);
    mkdirSync(path.dirname(inside), { recursive: true });
    copyFileSync(from, inside);
    const { stdout } = await promisify(execFile)('tar', ['-C', folder, '-cf', '-', to.replace(/^\//, '')], {
      encoding: 'buffer',
      maxBuffer: ARCHIVE_LIMIT,
    });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
