import type Dockerode from 'dockerode';
import type { UndoAction } from '../../model/fault.ts';
import { LABEL } from '../docker/engine.ts';
import { parse } from '../docker/network.ts';
import type { FoundContainer } from './project.ts';

const HELD_MOST = 12;

/** How a place holder is made, noted and told of. */
export interface HolderPlace {
  readonly prefix: string;
  readonly image: string;
  readonly labels: Record<string, string>;
  readonly note: (what: string, action: UndoAction) => Promise<void>;
  readonly progress: (line: string) => void;
}

/**
 * How many addresses are free below those of these containers, by network. The engine gives the lowest free one to whoever starts, so that a container which was killed would come back in such a
 * gap, at another address than it had; on networks without a subnet of their own the old one cannot be asked for.
 */
export async function gapsBelow(docker: Dockerode, containers: readonly FoundContainer[]): Promise<ReadonlyMap<string, number>> {
  const highest = new Map<string, number>();
  for (const { network, address, fixed } of containers.flatMap(({ endpoints }) => endpoints))
    if (!fixed && address !== '') highest.set(network, Math.max(highest.get(network) ?? 0, number(address)));
  const gaps = new Map<string, number>();
  for (const [network, last] of highest) {
    const { IPAM, Containers } = (await docker.getNetwork(network).inspect()) as Dockerode.NetworkInspectInfo;
    const config = IPAM?.Config?.find(({ Subnet }) => Subnet !== undefined && !Subnet.includes(':'));
    if (config?.Subnet === undefined) continue;
    const { base } = parse(config.IPRange ?? config.Subnet);
    const taken = new Set([
      number(config.Gateway ?? ''),
      ...Object.values(config.AuxiliaryAddresses ?? {}).map((each) => number(each ?? '')),
      ...Object.values(Containers ?? {}).map(({ IPv4Address }) => number(IPv4Address.split('/')[0] ?? '')),
    ]);
    const free = Array.from({ length: Math.max(0, last - base - 1) }, (_, i) => base + 1 + i).filter((each) => !taken.has(each));
    // The engine keeps the first address for itself where no gateway is told.
    const count = free.length - (config.Gateway === undefined && free[0] === base + 1 ? 1 : 0);
    if (count > 0) gaps.set(network, count);
  }
  return gaps;
}

/** Fills the gaps with containers of ours that do nothing, until they are removed with all that is ours. */
export async function holdGaps(
  docker: Dockerode,
  gaps: ReadonlyMap<string, number>,
  { prefix, image, labels, note, progress }: HolderPlace,
): Promise<void> {
  const most = Math.max(0, ...gaps.values());
  if (most > HELD_MOST)
    progress(
      `${most} addresses are free below those of the containers that may be broken; ${HELD_MOST} are held, so that one may come back elsewhere`,
    );
  for (let i = 1; i <= Math.min(most, HELD_MOST); i++) {
    const [network = '', ...others] = [...gaps].flatMap(([name, count]) => (count >= i ? [name] : []));
    const name = `${prefix}-${i}`;
    await note(`the holder of a free address (${network})`, { do: 'docker.remove', container: name });
    const container = await docker.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', 'infinity'],
      Labels: { ...labels, [LABEL.service]: `gap-${i}` },
      HostConfig: { NetworkMode: network, Init: true, LogConfig: { Type: 'none', Config: {} } },
    });
    for (const other of others) await docker.getNetwork(other).connect({ Container: container.id });
    await container.start();
  }
}

function number(address: string): number {
  return address === '' ? -1 : parse(`${address}/32`).base;
}
