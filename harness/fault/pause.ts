import type { Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';

/** Freezes the targets: they keep their connections and answer nothing. Healed by thawing them. */
export function pause(targets: readonly Instance[]): Injection {
  return {
    undo: targets.flatMap((target) => target.undoOf('pause')),
    async inject() {
      await Promise.all(targets.map((target) => target.pause()));
      return `${names(targets)} frozen`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.resume()));
      return `${names(targets)} thawed`;
    },
  };
}
