import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';
import { numbersOf } from './cgroup.ts';

/**
 * Whether the kernel lets the service beside us run when it wants to: not well when it was held back for more than `held_share` of the last `over_ms` (cpu.stat's throttled time, which only a
 * quota makes grow, not a machine that is busy). A service that wants nothing is never held back.
 */
export function askProcessor({ over_ms, held_share }: Extract<ResolvedProbe, { kind: 'processor' }>): Asker {
  const seen: { at: number; held_ms: number }[] = [];
  return {
    async ask() {
      try {
        const stat = await numbersOf('cpu/cpu.stat', 'cpu.stat');
        const held_ms = stat.has('throttled_usec') ? (stat.get('throttled_usec') ?? 0) / 1e3 : (stat.get('throttled_time') ?? 0) / 1e6;
        const at = performance.now();
        seen.push({ at, held_ms });
        while ((seen[1]?.at ?? at) <= at - over_ms) seen.shift();
        const held = held_ms - (seen[0]?.held_ms ?? held_ms);
        return { well: held <= over_ms * held_share, how: `held back for ${Math.round(held)} of the last ${over_ms} ms` };
      } catch (error) {
        return { well: false, how: (error as Error).message };
      }
    },
    close: () => undefined,
  };
}
