import type { Instance } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { FaultDefinition } from '../definition.ts';
import { type Injection, names, there } from '../injection.ts';

/** How far two clocks that agree may seem apart: a `Date` tells whole seconds, and is a moment old. */
const AGREE_MS = 2500;

/**
 * A wall clock that jumps while the service runs, and jumps back at the heal: the file that libfaketime reads inside the service (its place is in the service's own environment). The observer's
 * clock is the measure, and is never touched.
 */
export const skew: FaultDefinition = {
  kind: 'clock-skew',
  family: 'clock',
  does: "a service's wall clock jumps by `by`; its monotonic clock does not",
  touches: 'none',
  needs: ['clocks', 'exec'],
  seen_by: "the `Date` of its answers beside the observer's clock; the other services' stays right",
  undone_by: 'removing the file that holds the shift; it goes with the container, too',
  injection({ targets, place, fault }): Injection {
    const by = `${fault.with?.['direction'] === 'behind' ? '-' : '+'}${Number(fault.with?.['by'])}`;
    const within_ms = Math.min(AGREE_MS, Number(fault.with?.['by']) * 500);
    const run = async (target: Instance, argv: readonly string[]) => {
      const done = await target.exec(argv);
      if (done.code !== 0) throw new Error(`the clock of ${target.name} could not be set: exit ${done.code}, ${done.stderr.trim()}`);
    };
    const others = [...place.instances.values()].filter((each) => !targets.includes(each));
    return {
      undo: targets.flatMap((target) => target.undoExec(BACK)),
      sights: () => [
        ...targets.map((target) => sightOf(target, 'target', within_ms, fault.name)),
        ...others.filter((each) => isAsked(each)).map((each) => sightOf(each, 'bystander', within_ms, fault.name)),
      ],
      async inject() {
        await Promise.all(targets.map((target) => run(target, shiftArgv(by))));
        return `the clock of ${names(targets)} shifted by ${by} s`;
      },
      async heal() {
        // One that ended took its shift with it; one that is paused has it still.
        await Promise.all((await there(targets)).map((target) => run(target, BACK)));
        return `the clock of ${names(targets)} is not shifted`;
      },
    };
  },
};

const FILE = '"$FAKETIME_TIMESTAMP_FILE"';
const BACK = ['sh', '-c', `[ -z ${FILE} ] || rm -f ${FILE}`];

/** Written beside and moved, so that no half of it is ever read. */
function shiftArgv(by: string): string[] {
  return ['sh', '-c', `[ -n ${FILE} ] && echo '${by}' > ${FILE}.new && mv ${FILE}.new ${FILE}`];
}

function isAsked({ spec: { ready } }: Instance): boolean {
  return ready !== undefined && 'http' in ready;
}

function sightOf(service: Instance, on: Sight['on'], within_ms: number, fault: string): Sight {
  const { ready } = service.spec;
  if (ready === undefined || !('http' in ready))
    throw new Error(`${service.name} has no ready probe by HTTP, whose \`Date\` would tell its clock`);
  return {
    name: `clock of ${service.name} (${fault})`,
    on,
    from: 'observer',
    probe: {
      kind: 'http',
      address: service.address(ready.port),
      method: ready.method,
      path: ready.http,
      status: ready.status,
      date_within_ms: within_ms,
    },
    means: `the Date of ${ready.method} ${ready.http} is within ${within_ms / 1000} s of the observer's clock`,
  };
}
