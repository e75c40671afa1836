import { spawn } from 'node:child_process';
import path from 'node:path';
import type { RegisteredRun } from '../record/registry.ts';
import { registryFile } from '../record/registry.ts';
import { type KnownProcess, startTimeOf } from '../runtime/process/tree.ts';

/**
 * Starts the process that heals a run when the run's own is gone (see watcher.ts): in a session of its own, so that nothing that ends ours ends it; with no stream of ours, so that nobody waits
 * for it; and without a mark of any stand-up. To be called before the run is on the list: from then on there is something to heal.
 */
export function startWatcher({ run, folder, pid, started }: RegisteredRun): KnownProcess | null {
  const program = path.join(import.meta.dirname, `watcher${path.extname(import.meta.filename)}`);
  const { FAULTLINE_STANDUP: _standUp, FAULTLINE_SERVICE: _service, FAULTLINE_RUN: _run, NODE_OPTIONS: _options, ...env } = process.env;
  const child = spawn(process.execPath, [program, registryFile(run), folder, String(pid), started], {
    cwd: '/',
    env,
    stdio: 'ignore',
    detached: true,
  });
  // Without one the run is as safe as before: `faultline heal` does the same by hand.
  child.on('error', () => undefined);
  child.unref();
  const its = child.pid === undefined ? null : startTimeOf(child.pid);
  return child.pid === undefined || its === null ? null : { pid: child.pid, started: its };
}
