import { readdir, readFile } from 'node:fs/promises';
import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** Whether every process of the service beside us may open more than `spare` files, by what it has open and its limit in /proc. */
export function askHandles({ spare }: Extract<ResolvedProbe, { kind: 'handles' }>): Asker {
  return {
    async ask() {
      try {
        const left = await Promise.all((await processesOfService()).map(async (pid) => ({ pid, left: await leftOf(pid) })));
        const least = left.sort((a, b) => a.left - b.left)[0];
        if (least === undefined) return { well: false, how: 'it has no processes' };
        return { well: least.left > spare, how: `process ${least.pid} may open ${least.left} more` };
      } catch (error) {
        return { well: false, how: (error as Error).message };
      }
    },
    close: () => undefined,
  };
}

/** Those of the service's own cgroup: programs of ours share its process namespace, not its cgroup. */
async function processesOfService(): Promise<readonly string[]> {
  const own = await readFile('/proc/1/cgroup', 'utf8');
  const all = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const ours = await Promise.all(all.map(async (pid) => (await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')) === own));
  return all.filter((_, i) => ours[i]);
}

async function leftOf(pid: string): Promise<number> {
  try {
    const limits = await readFile(`/proc/${pid}/limits`, 'utf8');
    const soft = /Max open files\s+(\S+)/.exec(limits)?.[1] ?? '0';
    return (soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft)) - (await readdir(`/proc/${pid}/fd`)).length;
  } catch (error) {
    // It ended while it was looked at.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return Number.MAX_SAFE_INTEGER;
    throw error;
  }
}
