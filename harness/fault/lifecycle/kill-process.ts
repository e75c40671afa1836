import type { FaultDefinition } from '../definition.ts';
import { names, powerOf } from '../injection.ts';
import { onlyOf } from './only.ts';

/**
 * SIGKILL of the processes inside, from inside, which the engine does not take for an order to stop: a restart policy acts, and so does a supervisor that is PID 1 itself (a service with
 * `init: false`), which outlives it. Whoever comes back by itself before the heal was dead, and lives again; the heal finds nothing to do.
 */
export const killProcess: FaultDefinition = {
  kind: 'kill-process',
  family: 'lifecycle',
  does: 'SIGKILL of the processes inside, their init apart: restart policies and supervisors act',
  touches: 'both',
  needs: ['lifecycle'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'starting it, where nobody did',
  injection: ({ targets, fault }) => ({
    undo: targets.flatMap((target) => target.undoOf('kill')),
    async inject() {
      await Promise.all(targets.map((target) => powerOf(target, 'processes').signal('SIGKILL', onlyOf(fault))));
      return `SIGKILL sent to the processes of ${names(targets)}`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started, where nobody had done it`;
    },
  }),
};
