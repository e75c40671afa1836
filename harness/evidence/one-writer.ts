import { tryLock } from '../run/lock.ts';
import { NotKept } from './replace-json.ts';

/** Who changes a history holds the lock of this name in its folder. */
const LOCK = '.written-by';
/** One change takes some milliseconds. */
const WITHIN_MS = 30_000;
const PAUSE_MS = 4;

/**
 * Does something to a history that begins with a look at what is there, while no other process of this machine does: else of two that read the same and add to it, one's would be lost. Waits without letting anything
 * else happen, as writing does. Throws NotKept where its turn does not come within half a minute, or where nothing can be written there.
 */
export function asOneWriter<T>(history: string, act: () => T): T {
  const until = performance.now() + WITHIN_MS;
  for (;;) {
    const lock = claimed(history);
    if (lock.got) {
      try {
        return act();
      } finally {
        lock.release();
      }
    }
    if (performance.now() > until)
      throw new NotKept(`${history} is as it was: process ${lock.by.pid} has been writing there for ${WITHIN_MS / 1000} s and more`);
    // Unequal pauses: two that step back together would else meet again.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS * (0.5 + Math.random()));
  }
}

function claimed(history: string): ReturnType<typeof tryLock> {
  try {
    return tryLock(history, LOCK, 'a change of the history');
  } catch (cause) {
    throw new NotKept(`${history} cannot be written, and is as it was: ${(cause as Error).message}`, { cause });
  }
}
