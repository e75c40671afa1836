import type { Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { MEMORY_LIMIT, PROCESSES, shell, succeeded } from '../shell.ts';

/** Less than asked for counts as reached: what the service gives back meanwhile, and pages. */
const SLACK = 0.05;

/** A program inside the target takes memory until so much of the limit is taken, and keeps it. Whatever dies of it dies honestly. */
export const memory: FaultDefinition = {
  kind: 'memory',
  family: 'resource',
  does: 'takes memory inside until `fill` of its limit is taken (needs `memory_mb`)',
  touches: 'none',
  needs: ['exec', 'limits', 'namespaces'],
  seen_by: 'what is taken of the limit, as the kernel counts it (memory.stat of its cgroup), read beside it',
  undone_by: 'ending the program that took it',
  eyes: (candidates) => candidates,
  injection({ targets, fault }) {
    const fill = Number(fault.with?.['fill']);
    return {
      async prepare() {
        const without = targets.filter((target) => target.spec.memory_mb === undefined);
        if (without.length > 0)
          throw new Error(`${names(without)} has no \`memory_mb\`: without a limit it would be this machine that runs out of memory`);
        await Promise.resolve();
      },
      sights: () =>
        targets.map(({ name }) => ({
          name: `${fault.name}: memory of ${name}`,
          on: 'target',
          from: { beside: name },
          probe: { kind: 'memory', below: fill - SLACK },
          means: `less than ${Math.round((fill - SLACK) * 100)} % of its limit is taken`,
          every_ms: 50,
        })),
      undo: targets.flatMap((target) => target.undoExec(release(fault.name))),
      async inject() {
        await Promise.all(targets.map((target) => take(target, fault.name, fill)));
        return `memory of ${names(targets)} taken up to ${Math.round(fill * 100)} % of the limit`;
      },
      async heal() {
        for (const target of targets) {
          const done = await target.exec(release(fault.name));
          // 126: it does not run, and what was in it neither.
          if (done.code !== 126) succeeded(done, `giving the memory of ${target.name} back`);
        }
        return `memory of ${names(targets)} given back`;
      },
    };
  },
};

async function take(target: Instance, name: string, fill: number): Promise<void> {
  // `tail` keeps all that has no line end, for as long as more may come. The cgroup's own statistics are up to 2 s old, the processes' are not.
  const script = `${MEMORY_LIMIT}
${PROCESSES}
used=0; for n in $(all); do kib=$(sed -n 's/^RssAnon:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$n/status 2>/dev/null); used=$((used + \${kib:-0} * 1024)); done
want=$((limit / 1000 * ${Math.round(fill * 1000)} - used))
[ $want -gt 0 ] || exit 0
FAULTLINE_FILLS=${name} sh -c "(head -c $want /dev/zero; exec sleep 1000000) | tail" </dev/null >/dev/null 2>&1 &`;
  succeeded(await target.exec(shell(script)), `taking memory of ${target.name}`);
}

function release(name: string): readonly string[] {
  return shell(`for p in /proc/[0-9]*; do grep -qsx "FAULTLINE_FILLS=${name}" $p/environ && kill -9 \${p#/proc/}; done; true`);
}
