import { spawn } from 'node:child_process';
import path from 'node:path';
import type { ObserverProcess } from '../../model/runtime.ts';
import { ROOT } from '../root.ts';
import { type KnownProcess, killAll, owner, startTimeOf } from './tree.ts';

/** Starts the observer as a child process, beside services on loopback. It ends with its input, so that it never outlives whoever started it. */
export function startObserver(standUp: string, run: string): ObserverProcess {
  const main = path.join(import.meta.dirname, '..', '..', 'observer', `main${path.extname(import.meta.filename)}`);
  return startChild(['node', main], {}, standUp, run);
}

/** Starts a program of ours as a child process that carries the stand-up's mark; `node` is the Node that runs us. */
export function startChild(
  [program = '', ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
  standUp: string,
  run: string,
): ObserverProcess & { readonly known: KnownProcess | null } {
  const child = spawn(program === 'node' ? process.execPath : program, words, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C at the terminal is for the harness; the child ends when its input does.
    detached: true,
    env: { PATH: process.env.PATH, ...env, FAULTLINE_STANDUP: standUp, FAULTLINE_RUN: run, FAULTLINE_OWNER: owner() },
  });
  child.on('error', (error) => child.stderr.push(error.message));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const { pid } = child;
  const started = pid === undefined ? null : startTimeOf(pid);
  return {
    known: pid === undefined || started === null ? null : { pid, started },
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    async end() {
      const { pid } = child;
      const started = pid === undefined ? null : startTimeOf(pid);
      if (pid !== undefined && started !== null && child.exitCode === null && child.signalCode === null) await killAll([{ pid, started }]);
      await exited;
    },
  };
}
