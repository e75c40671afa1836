import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import type Dockerode from 'dockerode';

/** A network of a stand-up: a small subnet of its own, so that a container can be connected again at its old address. */
export interface Network {
  readonly name: string;
  /** The address of the n-th host: 1 is the engine's own, 62 the last. */
  host(n: number): string;
}

/** A part of the address space: the first address and how many bits are fixed. */
export interface Subnet {
  readonly base: number;
  readonly bits: number;
}

const BITS = 26;
const SIZE = 2 ** (32 - BITS);
/** How many hosts a network has beside the engine's own address. */
export const HOSTS = SIZE - 3;
const ATTEMPTS = 64;
/** Where subnets are taken from: a corner of 10/8 that few use, and the range that is set aside for benchmarks. */
const SPACES = ['10.201.0.0/16', '198.18.0.0/16'];
const ROUTES = '/proc/net/route';

/**
 * Makes an internal network (no way out, no published ports) on a /26 that neither another network of the engine nor a route of this machine uses. Another run that took the
 * same one first is no error: the next is tried.
 */
export async function makeNetwork(docker: Dockerode, name: string, labels: Record<string, string>): Promise<Network> {
  let last = 'all are taken';
  const candidates = freeSubnets([...(await engineSubnets(docker)), ...hostSubnets()], Math.random());
  for (const subnet of candidates.slice(0, ATTEMPTS)) {
    const host = (n: number) => text(subnet.base + n);
    try {
      await docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: true,
        Labels: labels,
        IPAM: { Driver: 'default', Config: [{ Subnet: `${text(subnet.base)}/${BITS}`, Gateway: host(1) }] },
      });
      return { name, host };
    } catch (error) {
      // What the engine says when somebody was faster.
      if (!/overlap|pool|conflict/i.test((error as Error).message) || /with name/.test((error as Error).message)) throw error;
      last = (error as Error).message;
    }
  }
  throw new Error(
    `no free /${BITS} for network ${name} was found in ${SPACES.join(' or ')} (${Math.min(candidates.length, ATTEMPTS)} tried): ${last}; remove networks that are no longer used (\`faultline heal\`, \`docker network prune\`)`,
  );
}

/** The subnets that do not touch a taken one, those of the first space before those of the second; `start` (0 to 1) says where in a space to begin. */
export function freeSubnets(taken: readonly Subnet[], start: number): readonly Subnet[] {
  return SPACES.map(parse).flatMap((space) => {
    const count = 2 ** (BITS - space.bits);
    const first = Math.floor(start * count);
    return Array.from({ length: count }, (_, i) => ({ base: space.base + ((first + i) % count) * SIZE, bits: BITS })).filter(
      (subnet) => !taken.some((other) => overlap(subnet, other)),
    );
  });
}

/** `10.201.0.0/16`, taken apart. Throws when it is no IPv4 subnet. */
export function parse(cidr: string): Subnet {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) throw new Error(`"${cidr}" is no IPv4 subnet`);
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  return aligned({ base: ((a * 256 + b) * 256 + c) * 256 + d, bits });
}

function aligned({ base, bits }: Subnet): Subnet {
  const size = 2 ** (32 - bits);
  return { base: Math.floor(base / size) * size, bits };
}

function overlap(one: Subnet, other: Subnet): boolean {
  const bits = Math.min(one.bits, other.bits);
  return aligned({ base: one.base, bits }).base === aligned({ base: other.base, bits }).base;
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

async function engineSubnets(docker: Dockerode): Promise<readonly Subnet[]> {
  const networks = await docker.listNetworks();
  return networks
    .flatMap((network) => (network.IPAM?.Config ?? []).map((config) => config.Subnet ?? ''))
    .filter((subnet) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(subnet))
    .map(parse);
}

/** What this machine reaches by itself: the engine does not look at its host's routes when a subnet is given to it. The way to everywhere else is no obstacle. */
function hostSubnets(): readonly Subnet[] {
  const own = Object.values(os.networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ family, cidr }) => (family === 'IPv4' && cidr !== null ? [parse(cidr)] : [])),
  );
  return [...own, ...(existsSync(ROUTES) ? routes(readFileSync(ROUTES, 'utf8')) : [])];
}

/** The destinations in Linux' table of routes (hexadecimal, lowest byte first), the default route left out. */
export function routes(table: string): readonly Subnet[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, destination = '', , , , , , mask = ''] = line.split('\t');
      const bits = [...Number.parseInt(mask, 16).toString(2)].filter((bit) => bit === '1').length;
      return bits === 0 ? [] : [{ base: Number.parseInt(destination.match(/../g)?.reverse().join('') ?? '0', 16), bits }];
    });
}
