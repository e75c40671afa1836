import type { Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';

/** SIGKILL of everything that the targets are made of, at once. Healed by starting them again, on the same address with the same data. */
export function kill(targets: readonly Instance[]): Injection {
  return {
    undo: targets.flatMap((target) => target.undoOf('kill')),
    async inject() {
      await Promise.all(targets.map((target) => target.kill()));
      return `SIGKILL sent to ${names(targets)}`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started again`;
    },
  };
}
