import type { PlannedFault } from '../model/plan.ts';
import type { Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';
import { askPerson } from './person.ts';

/** What a person breaks, and repairs. Confirmed like any other fault: by what the observer sees of the target. No undo can be registered: the hands are not ours. */
export function byHand(targets: readonly Instance[], hands: PlannedFault['hands']): Injection {
  const { do: deed, undo, within_s } = hands ?? { do: `break ${names(targets)}`, undo: `repair ${names(targets)}`, within_s: 300 };
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
}
