import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/** SIGKILL of everything that the targets are made of, at once. Healed by starting them again, on the same address with the same data. */
export const kill: FaultDefinition = {
  kind: 'kill',
  family: 'lifecycle',
  does: 'SIGKILL of the container, or of every process of the service',
  touches: 'both',
  needs: ['lifecycle'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'starting it again, at its address with its data',
  injection: ({ targets }) => ({
    undo: targets.flatMap((target) => target.undoOf('kill')),
    async inject() {
      await Promise.all(targets.map((target) => target.kill()));
      return `SIGKILL sent to ${names(targets)}`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started again`;
    },
  }),
};
