import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/** Ended and started again at once. Its effect is the gap between, so it comes back before it is healed; the heal starts what does not run and does no more. */
export const restart: FaultDefinition = {
  kind: 'restart',
  family: 'lifecycle',
  does: 'ends it (`how`: orderly within `grace`, or killed) and starts it again at once',
  touches: 'both',
  needs: ['lifecycle'],
  seen_by: "the target's ready probe, asked by the observer: it dies, and lives again before the heal",
  undone_by: 'starting it, if it does not run',
  injection: ({ targets, fault }) => ({
    undo: targets.flatMap((target) => target.undoOf('stop')),
    async inject() {
      const { how, grace } = fault.with as { how: 'orderly' | 'killed'; grace: number };
      await Promise.all(
        targets.map(async (target) => {
          await (how === 'killed' ? target.kill() : target.stop(grace));
          await target.start();
        }),
      );
      return `${names(targets)} ended (${how}) and started again`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started, where they did not run`;
    },
  }),
};
