import type Dockerode from 'dockerode';

/** A network of a stand-up: a small subnet of its own, so that a container can be connected again at its old address. */
export interface Network {
  readonly name: string;
  /** The address of the n-th host (1 is the engine's). */
  host(n: number): string;
}

const SIZE = 64;

/** Makes an internal network (no way out, no published ports) on a free /26 of 10.201.0.0/16; another run that took the same one first is no error. */
export async function makeNetwork(docker: Dockerode, name: string, labels: Record<string, string>): Promise<Network> {
  const taken = new Set(
    (await docker.listNetworks()).flatMap((network) => (network.IPAM?.Config ?? []).map((config) => config.Subnet ?? '')),
  );
  const first = Math.floor(Math.random() * 1024);
  let last: unknown;
  for (let i = 0; i < 64; i++) {
    const base = ((first + i) % 1024) * SIZE;
    const address = (n: number) => `10.201.${(base + n) >> 8}.${(base + n) & 255}`;
    const subnet = `${address(0)}/26`;
    if (taken.has(subnet)) continue;
    try {
      await docker.createNetwork({
        Name: name,
        CheckDuplicate: true,
        Driver: 'bridge',
        Internal: true,
        Labels: labels,
        IPAM: { Driver: 'default', Config: [{ Subnet: subnet, Gateway: address(1) }] },
      });
      return { name, host: address };
    } catch (error) {
      // The engine refuses a subnet that overlaps another of its own or of the host.
      if (!/overlap|pool/i.test((error as Error).message)) throw error;
      last = error;
    }
  }
  throw new Error(
    `no free subnet was found in 10.201.0.0/16 in 64 attempts: ${(last as Error | undefined)?.message ?? 'all are taken'}; remove networks that are no longer used (\`faultline heal\`)`,
  );
}
