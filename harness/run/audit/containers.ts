import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { quotaOf } from '../../runtime/compose/project.ts';
import { needEngine, unless } from '../../runtime/docker/engine.ts';
import { markIn, type Residue } from './residue.ts';

const execute = promisify(execFile);
const SAID_WITHIN_MS = 3000;

/** What is set of containers that were adopted: by container, a name and a value for each setting and each rule of its network. */
export type Settings = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads everything of these containers that a fault may change: whether they run, their limits, networks and addresses, and the rules of their networks (as root only). */
export async function settingsOf(containers: readonly string[]): Promise<Settings> {
  return new Map(await Promise.all(containers.map(async (name) => [name, await settingsOfOne(name)] as const)));
}

/** What is not as it was: each a residue with the command that sets it right. */
export function changed(before: Settings, after: Settings): readonly Residue[] {
  return [...before].flatMap(([container, old]) => {
    const now = after.get(container) ?? new Map<string, string>();
    const names = [...new Set([...old.keys(), ...now.keys()])];
    return names.flatMap((name): Residue[] => {
      const [was, is] = [old.get(name) ?? 'not there', now.get(name) ?? 'not there'];
      if (was === is) return [];
      const rule = name.startsWith('rule ');
      const what = `${container}: ${name}: was ${was}, is ${is}`;
      return [{ kind: rule ? 'rule' : 'setting', what, mark: null, command: commandFor(container, name, was) }];
    });
  });
}

/** Rules of the host's own network that carry our mark. None where the tables cannot be read: only root may, and only root could have changed them. */
export async function hostRules(): Promise<readonly Residue[]> {
  const tables = await Promise.all([said('iptables-save'), said('ip6tables-save'), said('nft', 'list', 'ruleset')]);
  return tables.flatMap((text, i) =>
    text.split('\n').flatMap((line): Residue[] => {
      const mark = markIn(line);
      if (mark === null) return [];
      const program = ['iptables', 'ip6tables', 'nft'][i] ?? '';
      const command = line.startsWith('-A') ? `${program} ${line.replace(/^-A/, '-D')}` : `${program} (remove by hand: ${line.trim()})`;
      return [{ kind: 'rule', what: line.trim(), mark, command }];
    }),
  );
}

async function settingsOfOne(name: string): Promise<ReadonlyMap<string, string>> {
  const seen = await unless([404], (await needEngine()).getContainer(name).inspect());
  if (seen === undefined) return new Map([['state', 'absent']]);
  const { State, HostConfig, NetworkSettings } = seen;
  const { quota, period } = quotaOf(HostConfig.CpuQuota, HostConfig.CpuPeriod);
  const settings = new Map<string, string>([
    ['state', State.Paused ? 'paused' : State.Running ? 'running' : 'stopped'],
    ['restart policy', HostConfig.RestartPolicy?.Name ?? ''],
    ...(['Memory', 'MemorySwap', 'NanoCpus', 'CpuShares', 'PidsLimit'] as const).map((key) => [key, String(HostConfig[key] ?? 0)] as const),
    ['CpuQuota', String(quota)],
    ['CpuPeriod', String(period)],
    ...Object.entries(NetworkSettings.Networks).map(
      ([network, { IPAMConfig, IPAddress, Aliases }]) =>
        [
          `network ${network}`,
          // An address that the engine gave may change with every start; one that was asked for may not.
          JSON.stringify([IPAMConfig?.IPv4Address ?? (IPAddress === '' ? 'none' : 'any'), [...(Aliases ?? [])].sort()]),
        ] as const,
    ),
  ]);
  if (State.Running && State.Pid > 0) for (const rule of await rulesOf(State.Pid)) settings.set(`rule ${rule}`, 'there');
  return settings;
}

/** Packet filter and queue rules in a process's network namespace, those of IPv6 with their program's name before them. The engine's own, for its name service, come and go with a start. */
async function rulesOf(pid: number): Promise<readonly string[]> {
  const inside = (...argv: string[]) => said('nsenter', '-t', String(pid), '-n', ...argv);
  const [filter, filter6, queues] = await Promise.all([inside('iptables-save'), inside('ip6tables-save'), inside('tc', 'qdisc', 'show')]);
  return [
    ...filtersIn(filter),
    ...filtersIn(filter6).map((rule) => `ip6tables ${rule}`),
    ...queues
      .split('\n')
      .filter((line) => /\b(netem|tbf|htb|prio)\b/.test(line))
      .map((line) => line.trim()),
  ];
}

/** Its rules, and the chains that drop what no rule is about; of these, not how many packets they met. */
function filtersIn(saved: string): readonly string[] {
  return saved
    .split('\n')
    .filter((line) => /^(-[AIP] |:\S+ DROP\b)/.test(line) && !/DOCKER|127\.0\.0\.11/.test(line))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, '').trim());
}

function commandFor(container: string, name: string, was: string): string {
  if (name === 'state')
    return `docker ${was === 'paused' ? 'pause' : was === 'running' ? `start ${container}; docker unpause` : 'stop'} ${container}`;
  if (name.startsWith('network ')) {
    const network = name.slice('network '.length);
    if (was === 'not there') return `docker network disconnect ${network} ${container}`;
    const [address] = JSON.parse(was) as [string];
    return `docker network connect ${/^\d/.test(address) ? `--ip ${address} ` : ''}${network} ${container}`;
  }
  if (name.startsWith('rule ')) return `docker restart ${container}`;
  const flag = {
    Memory: 'memory',
    MemorySwap: 'memory-swap',
    CpuShares: 'cpu-shares',
    CpuQuota: 'cpu-quota',
    CpuPeriod: 'cpu-period',
    PidsLimit: 'pids-limit',
  }[name];
  if (name === 'NanoCpus') return `docker update --cpus ${Number(was) / 1e9} ${container}`;
  return flag === undefined ? `docker update --restart ${was} ${container}` : `docker update --${flag} ${was} ${container}`;
}

/** What a program printed; nothing where it is not there, or not permitted. */
async function said(program: string, ...argv: string[]): Promise<string> {
  try {
    return (await execute(program, argv, { timeout: SAID_WITHIN_MS, maxBuffer: 16 << 20 })).stdout;
  } catch {
    return '';
  }
}
