import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/** Freezes the targets: they keep their connections and answer nothing. Healed by thawing them. */
export const pause: FaultDefinition = {
  kind: 'pause',
  family: 'lifecycle',
  does: 'freezes it: connections stay open, nothing answers (the freezer on docker, SIGSTOP locally)',
  touches: 'both',
  needs: ['freeze'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'thawing it',
  injection: ({ targets }) => ({
    undo: targets.flatMap((target) => target.undoOf('pause')),
    async inject() {
      await Promise.all(targets.map((target) => target.pause()));
      return `${names(targets)} frozen`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.resume()));
      return `${names(targets)} thawed`;
    },
  }),
};
