import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';
import { numberOf, numbersOf } from './cgroup.ts';

/** Whether the service beside us has memory left: well while what cannot be given back (anonymous pages) is less than `below` of its limit. */
export function askMemory({ below }: Extract<ResolvedProbe, { kind: 'memory' }>): Asker {
  return {
    async ask() {
      try {
        const limit = await numberOf('memory/memory.limit_in_bytes', 'memory.max');
        const stat = await numbersOf('memory/memory.stat', 'memory.stat');
        const used = stat.get('anon') ?? stat.get('total_rss') ?? stat.get('rss') ?? 0;
        return { well: used < limit * below, how: `${Math.round((used / limit) * 100)} % of ${Math.round(limit / 2 ** 20)} MiB taken` };
      } catch (error) {
        return { well: false, how: (error as Error).message };
      }
    },
    close: () => undefined,
  };
}
