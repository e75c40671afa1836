import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/** An orderly stop: SIGTERM, and SIGKILL after the grace (10 s). Healed by starting the targets again. */
export const stop: FaultDefinition = {
  kind: 'stop',
  family: 'lifecycle',
  does: 'SIGTERM, and SIGKILL after `grace` (10 s)',
  touches: 'both',
  needs: ['lifecycle'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'starting it again, at its address with its data',
  injection: ({ targets, fault: { grace_s } }) => ({
    undo: targets.flatMap((target) => target.undoOf('stop')),
    async inject() {
      await Promise.all(targets.map((target) => target.stop(grace_s ?? 10)));
      return `SIGTERM sent to ${names(targets)}, ${grace_s ?? 10} s of grace`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started again`;
    },
  }),
};
