import type { Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';

/** An orderly stop: SIGTERM, and SIGKILL after `grace_s` seconds. Healed by starting the targets again. */
export function stop(targets: readonly Instance[], grace_s: number): Injection {
  return {
    undo: targets.flatMap((target) => target.undoOf('stop')),
    async inject() {
      await Promise.all(targets.map((target) => target.stop(grace_s)));
      return `SIGTERM sent to ${names(targets)}, ${grace_s} s of grace`;
    },
    async heal() {
      await Promise.all(targets.map((target) => target.start()));
      return `${names(targets)} started again`;
    },
  };
}
