import type { Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/**
 * A program inside the target takes memory until its limit is reached; the service's own processes are marked first as those that the kernel's killer shall prefer. That the kernel really struck
 * is read from the engine afterwards (`condition` events): a service that died of something else does not count.
 */
export const outOfMemory: FaultDefinition = {
  kind: 'out-of-memory',
  family: 'lifecycle',
  does: "takes memory inside until the kernel's out-of-memory killer ends the service (needs `memory_mb`)",
  touches: 'both',
  needs: ['exec', 'limits', 'lifecycle'],
  seen_by: "the target's ready probe, asked by the observer, and the engine's word that the killer struck",
  undone_by: 'starting it again, at its address with its data',
  injection: ({ targets }) => ({
    prepare: () =>
      new Promise((resolve, reject) => {
        const without = targets.filter((target) => target.spec.memory_mb === undefined);
        if (without.length === 0) resolve();
        else reject(new Error(`${names(without)} has no \`memory_mb\`: without a limit it would be this machine that runs out of memory`));
      }),
    undo: targets.flatMap((target) => target.undoOf('kill')),
    async inject() {
      await Promise.all(targets.map(exhaust));
      return `memory of ${names(targets)} taken up to the limit`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started again`;
    },
  }),
};

async function exhaust(target: Instance): Promise<void> {
  const done = await target.exec(['sh', '-c', exhaustion(target.spec.init)]);
  if (done.code === 3) throw new Error(`memory of ${target.name} was not touched: ${done.stderr.trim()}`);
}

/** `tail` keeps all that has no line end. It never runs without a limit, whatever was declared. */
function exhaustion(init: boolean): string {
  return `limit=$(cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max)
case $limit in max|?????????????*) echo "there is no limit ($limit)" >&2; exit 3;; esac
own=$(cat /proc/1/cgroup)
for p in /proc/[0-9]*; do
  n=\${p#/proc/}
  [ $n = $$ ]${init ? ' || [ $n = 1 ]' : ''} || [ "$(cat $p/cgroup 2>/dev/null)" != "$own" ] || echo 1000 2>/dev/null > $p/oom_score_adj
done
tail /dev/zero`;
}
