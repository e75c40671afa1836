import type { Instance, ProcessorLimit } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names, powerOf } from '../injection.ts';

const PERIOD_US = 100_000;
/** The kernel takes no less. */
const LEAST_US = 1000;

/**
 * Takes processor time away by a quota of the target's cgroup: others on the machine do not feel it. Seen in the time for which the kernel held the service back although it wanted to run; a service
 * that wants nothing is not hit by it, and then the fault is not confirmed.
 */
export const cpu: FaultDefinition = {
  kind: 'cpu',
  family: 'resource',
  does: 'leaves it only `leave` of one processor',
  touches: 'none',
  needs: ['limits', 'namespaces'],
  seen_by: "the time for which the kernel held it back (its cgroup's cpu.stat), read beside it",
  undone_by: 'the quota that was found',
  eyes: (candidates) => candidates,
  injection({ targets, fault }) {
    const quota_us = Math.max(LEAST_US, Math.round(Number(fault.with?.['leave']) * PERIOD_US));
    const found = new Map<Instance, ProcessorLimit>();
    const each = (work: (target: Instance, found: ProcessorLimit) => Promise<unknown>) =>
      Promise.all([...found].map(([target, limit]) => work(target, limit)));
    return {
      async prepare() {
        for (const target of targets) found.set(target, await powerOf(target, 'limits').processor());
      },
      sights: () =>
        targets.map(({ name }) => ({
          name: `${fault.name}: processor of ${name}`,
          on: 'target' as const,
          from: { beside: name },
          probe: { kind: 'processor' as const, over_ms: 500, held_share: 0.1 },
          means: 'the kernel held it back for at most a tenth of the last 500 ms',
          every_ms: 50,
        })),
      get undo() {
        return [...found].flatMap(([target, limit]) => powerOf(target, 'limits').undo(limit));
      },
      async inject() {
        await each((target) => powerOf(target, 'limits').setProcessor({ period_us: PERIOD_US, quota_us }));
        return `${names(targets)} may run ${quota_us / 1000} ms of each ${PERIOD_US / 1000} ms`;
      },
      async heal() {
        await each((target, limit) => powerOf(target, 'limits').setProcessor(limit));
        return `${names(targets)}: the quota that was found`;
      },
    };
  },
};
