import { statfs } from 'node:fs/promises';
import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';
import { ROOT } from './cgroup.ts';

/** Whether the file system at a place of the service beside us has more than `spare` bytes left, as its kernel says. */
export function askDisk({ path, spare }: Extract<ResolvedProbe, { kind: 'disk' }>): Asker {
  return {
    async ask() {
      try {
        const { bavail, bsize, blocks } = await statfs(`${ROOT}${path}`);
        const left = bavail * bsize;
        return { well: left > spare, how: `${left >> 10} KiB of ${(blocks * bsize) >> 10} KiB left at ${path}` };
      } catch (error) {
        return { well: false, how: (error as Error).message };
      }
    },
    close: () => undefined,
  };
}
