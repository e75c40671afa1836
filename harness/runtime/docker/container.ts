import type { IncomingMessage } from 'node:http';
import type Dockerode from 'dockerode';
import type { Address } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { type Filler, fill } from '../template.ts';
import { clockOf } from './clock.ts';
import { LABEL } from './engine.ts';

/** Where `${data}` is inside a container. */
export const DATA = '/data';

/** What a service's container is made from. */
export interface ServiceContainer {
  readonly name: string;
  readonly spec: Service;
  /** The container's name, known before it is made. */
  readonly container: string;
  /** The image's id: what was found or built at the stand-up, whatever its name means by now. */
  readonly image: string;
  readonly standUp: string;
  readonly network: string;
  readonly host: string;
  /** The volume's name; null: the service keeps nothing. */
  readonly volume: string | null;
  readonly labels: Record<string, string>;
  readonly lookUp: (service: string, port?: string) => Address;
  readonly link: Filler['link'];
  /** Its name server; null: the engine's own alone. */
  readonly dns: string | null;
}

/** Makes a service's volume, if it has one, and its container. Starts nothing. */
export async function createContainer(docker: Dockerode, made: ServiceContainer): Promise<void> {
  const { name, spec, container, image, standUp, network, host, volume, lookUp, dns } = made;
  const labels = { ...made.labels, [LABEL.service]: name };
  if (volume !== null) await docker.createVolume({ Name: volume, Labels: labels });
  const filler = { self: name, standUp, data: DATA, address: lookUp, link: made.link };
  const command = commandOf(spec).map((word) => fill(word, filler));
  const memory = spec.memory_mb === undefined ? null : spec.memory_mb * 1024 * 1024;
  const created = await docker.createContainer({
    name: container,
    Image: image,
    ...(command.length === 0 ? {} : { Cmd: command }),
    Env: Object.entries({ ...clockOf(spec), ...spec.env }).map(([key, text]) => `${key}=${fill(text, filler)}`),
    Labels: labels,
    HostConfig: {
      NetworkMode: network,
      Init: spec.init,
      CapAdd: spec.capabilities,
      RestartPolicy: { Name: spec.restart ?? 'no' },
      // The engine's own resolver, which knows its containers, passes what it does not know on to it.
      ...(dns === null ? {} : { Dns: [dns] }),
      // Whatever the engine's default is: this one can be read back.
      LogConfig: { Type: 'json-file', Config: {} },
      // No swap beside it, or the limit would be twice as large.
      ...(memory === null ? {} : { Memory: memory, MemorySwap: memory }),
      ...(spec.disk_mb === undefined ? {} : { Tmpfs: { [DATA]: `size=${spec.disk_mb}m,mode=1777` } }),
      ...(volume === null ? {} : { Mounts: [{ Type: 'volume', Source: volume, Target: DATA }] }),
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: host } } } },
  });
  if (volume !== null && (await isForRootOnly(docker, created, image)))
    await created.putArchive(folderForAll(DATA.slice(1)), { path: '/' });
}

/** A new volume is root's, unless the image prepared its place, and the image may run as somebody else. */
async function isForRootOnly(docker: Dockerode, container: Dockerode.Container, image: string): Promise<boolean> {
  const user = (await docker.getImage(image).inspect()).Config.User.split(':')[0] ?? '';
  if (['', '0', 'root'].includes(user)) return false;
  const answer = (await container.infoArchive({ path: DATA })) as unknown as IncomingMessage;
  // A body that nobody reads, though there is none, keeps the connection and with it the process alive.
  answer.destroy();
  const stat = JSON.parse(Buffer.from(String(answer.headers['x-docker-container-path-stat']), 'base64').toString()) as { mode: number };
  return (stat.mode & 0o777) === 0o755;
}

/** Whether a service keeps something that must outlive a kill. */
export function needsData(spec: Service): boolean {
  return spec.stateful || [...Object.values(spec.env), ...commandOf(spec)].some((text) => text.includes('${data}'));
}

function commandOf(spec: Service): readonly string[] {
  return spec.docker_command ?? spec.command ?? [];
}

/** A tar archive of one folder that everybody may write to: extracted over a folder, it gives that its mode. */
function folderForAll(name: string): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  header.write(`${name}/`, 0);
  header.write(octal(0o777, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(0, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write('5', 156);
  header.write('ustar\u000000', 257);
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    ),
    148,
  );
  return Buffer.concat([header, Buffer.alloc(1024)]);
}
