import type { FaultDefinition } from '../definition.ts';

/** Offered nowhere yet: what it would take is said by the runtimes' `slow_disk`. */
export const slowDisk: FaultDefinition = {
  kind: 'slow-disk',
  family: 'resource',
  does: 'slows reads and writes of its volume down to `per_second`',
  touches: 'none',
  needs: ['slow_disk'],
  seen_by: 'nothing: it is offered nowhere',
  undone_by: 'nothing',
  injection: ({ fault }) => ({
    undo: [],
    inject: () => Promise.reject(new Error(`${fault.name}: no runtime can slow a disk down while it is used`)),
    heal: () => Promise.resolve('there was nothing to heal'),
  }),
};
