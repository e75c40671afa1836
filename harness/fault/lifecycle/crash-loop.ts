import type { FaultDefinition } from '../definition.ts';
import { names, powerOf } from '../injection.ts';

/**
 * The service is put under a wrapper that kills it so long after each start, and under a restart policy that starts it each time, in the engine's own rhythm (100 ms, then twice as long, …). Nobody of
 * ours has to live for that. The good one is kept as it is.
 */
export const crashLoop: FaultDefinition = {
  kind: 'crash-loop',
  family: 'lifecycle',
  does: 'it dies `up` (1 s) after each start, and the engine starts it again, until healed',
  touches: 'both',
  needs: ['replace', 'restarts'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'putting the container back that was found, and starting it',
  injection: ({ targets, fault }) => ({
    undo: targets.flatMap((target) => powerOf(target, 'release').undo()),
    async inject() {
      const dies_after_s = Number(fault.with?.['up']);
      await Promise.all(targets.map((target) => powerOf(target, 'release').replace({ dies_after_s })));
      return `${names(targets)} will die ${dies_after_s} s after each start`;
    },
    async heal() {
      await Promise.all(targets.map((target) => powerOf(target, 'release').putBack()));
      return `${names(targets)} put back as found`;
    },
  }),
};
