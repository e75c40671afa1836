import type { Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { shell, succeeded } from '../shell.ts';

/** Where a service's data are in its container (`${data}`). */
const PLACE = '/data';
/** Less than this left is full. */
const SPARE = 16 * 1024;

/** Fills the target's own small volume to the last byte with one file. It is filled only when it is the volume that `disk_mb` made: never the machine's disk. */
export const diskFull: FaultDefinition = {
  kind: 'disk-full',
  family: 'resource',
  does: "fills the service's own small volume (`disk_mb`) to the last byte",
  touches: 'none',
  needs: ['exec', 'volumes', 'namespaces'],
  seen_by: 'what the file system says is left, asked beside it; another file system of the same service must have room',
  undone_by: 'removing the file',
  eyes: (candidates) => candidates,
  injection({ targets, fault }) {
    const file = `${PLACE}/.faultline-${fault.name}`;
    const empty = shell(`rm -f ${file}`);
    return {
      async prepare() {
        const without = targets.filter((target) => target.spec.disk_mb === undefined);
        if (without.length > 0)
          throw new Error(
            `${names(without)} has no \`disk_mb\`: without a small volume of its own it would be this machine's disk that is full`,
          );
        await Promise.resolve();
      },
      sights: () =>
        targets.flatMap(({ name }) => [
          {
            name: `${fault.name}: disk of ${name}`,
            on: 'target' as const,
            from: { beside: name },
            probe: { kind: 'disk' as const, path: PLACE, spare: SPARE },
            means: `more than ${SPARE / 1024} KiB are left at ${PLACE}`,
            every_ms: 50,
          },
          {
            name: `${fault.name}: other disk of ${name}`,
            on: 'bystander' as const,
            from: { beside: name },
            probe: { kind: 'disk' as const, path: '/', spare: SPARE },
            means: `more than ${SPARE / 1024} KiB are left at /`,
            every_ms: 200,
          },
        ]),
      undo: targets.flatMap((target) => target.undoExec(empty)),
      async inject() {
        await Promise.all(targets.map((target) => fill(target, file)));
        return `${PLACE} of ${names(targets)} filled`;
      },
      async heal() {
        for (const target of targets) {
          const done = await target.exec(empty);
          // 126: it does not run; its volume ended with it.
          if (done.code !== 126) succeeded(done, `emptying ${PLACE} of ${target.name}`);
        }
        return `${PLACE} of ${names(targets)} has room again`;
      },
    };
  },
};

async function fill(target: Instance, file: string): Promise<void> {
  const script = `[ "$(stat -f -c %T ${PLACE})" = tmpfs ] || { echo "${PLACE} is not the small volume that disk_mb makes" >&2; exit 3; }
cat /dev/zero > ${file} 2>/dev/null; [ -s ${file} ]`;
  succeeded(await target.exec(shell(script)), `filling ${PLACE} of ${target.name}`);
}
