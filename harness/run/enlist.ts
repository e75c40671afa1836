import { type RegisteredRun, registerRun } from '../record/registry.ts';
import { startTimeOf } from '../runtime/process/tree.ts';
import { startWatcher } from './start-watcher.ts';

/**
 * Puts what this process is about to stand up on the user's list, with a watcher that heals it by the ledger in its folder when this process is gone. What stands without being on the list is
 * healed by nobody before somebody asks. `everyBeat`: called once a second, with the heartbeat.
 */
export function enlist(
  entry: Pick<RegisteredRun, 'run' | 'folder' | 'since' | 'holds'>,
  everyBeat?: () => void,
): ReturnType<typeof registerRun> {
  const whole = { ...entry, pid: process.pid, started: startTimeOf(process.pid) ?? '' };
  const watcher = startWatcher(whole);
  return registerRun({ ...whole, ...(watcher === null ? {} : { watcher }) }, everyBeat);
}
