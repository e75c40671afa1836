import type { Release } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names, powerOf } from '../injection.ts';

/** Another release in the place of the good one, at the same address with the same data. The good container is stopped and renamed, never changed, and gets its place back. */
export const badRelease: FaultDefinition = {
  kind: 'bad-release',
  family: 'lifecycle',
  does: 'puts another image, command or environment in its place',
  touches: 'both',
  needs: ['replace'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'putting back what was found, and starting it',
  injection({ targets, fault }) {
    const release = (fault.with ?? {}) as Release;
    return {
      async prepare() {
        if (Object.keys(release).length === 0)
          throw new Error(`${fault.name} says no \`image\`, \`command\` or \`env\`: it would put the same release in place`);
        await Promise.all(targets.map((target) => powerOf(target, 'release').fetch(release)));
      },
      undo: targets.flatMap((target) => powerOf(target, 'release').undo()),
      async inject() {
        await Promise.all(targets.map((target) => powerOf(target, 'release').replace(release)));
        return `${names(targets)} replaced (${Object.keys(release).join(', ')})`;
      },
      async heal() {
        await Promise.all(targets.map((target) => powerOf(target, 'release').putBack()));
        return `${names(targets)} put back as found`;
      },
    };
  },
};
