import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { askPerson } from './person.ts';

/** What a person breaks, and repairs. Confirmed like any other fault: by what the observer sees of the target. No undo can be registered: the hands are not ours. */
export const byHand: FaultDefinition = {
  kind: 'by-hand',
  family: 'hands',
  does: 'a person breaks it, and repairs it',
  touches: 'both',
  needs: [],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'the person, who is asked to',
  injection({ targets, fault }) {
    const { do: deed, undo, within_s } = fault.hands ?? { do: `break ${names(targets)}`, undo: `repair ${names(targets)}`, within_s: 300 };
    let told = false;
    return {
      undo: [],
      inject() {
        told = true;
        return Promise.resolve(`a person was told: ${deed}`);
      },
      async heal() {
        if (!told) return 'nobody was told to break anything';
        await askPerson(`${undo}, then press Enter`, within_s);
        return `a person did: ${undo}`;
      },
    };
  },
};
