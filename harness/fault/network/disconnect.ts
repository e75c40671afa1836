import type { Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';

/** Takes the targets off their network, as if somebody pulled the plug; healed by putting them back at the same address. */
export const disconnect: FaultDefinition = {
  kind: 'disconnect',
  family: 'network',
  does: 'takes it off its network; it comes back at the same address',
  touches: 'both',
  needs: ['networks'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'connecting it again, at its address',
  injection({ targets }) {
    const plug = (target: Instance) => {
      if (target.plug === undefined) throw new Error(`${target.name} has no network of its own from which it could be taken`);
      return target.plug;
    };
    return {
      undo: targets.flatMap((target) => plug(target).undo),
      async inject() {
        await Promise.all(targets.map((target) => plug(target).pull()));
        return `${names(targets)} taken off the network`;
      },
      async heal() {
        await Promise.all(targets.map((target) => plug(target).put()));
        return `${names(targets)} on the network again`;
      },
    };
  },
};
