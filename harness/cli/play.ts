import { randomInt } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Plan } from '../model/plan.ts';
import { EXIT } from '../model/reason.ts';
import { replayLine } from '../model/replay.ts';
import { UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { finalLines, liveProgress } from '../report/console.ts';
import type { RunOptions } from '../run/run-record.ts';
import { out } from './out.ts';

const FREE_LEAST = 100 << 20;

/** How plans are played one after the other. */
export interface PlayOptions {
  readonly out: string;
  readonly json: boolean;
  readonly keep: boolean;
  readonly between?: NonNullable<RunOptions['between']> | undefined;
  readonly shared?: RunOptions['shared'];
}

/** One run that was played. */
export interface Played {
  readonly plan: Plan;
  readonly folder: string;
  readonly verdict: Verdict;
}

/** The seed that was asked for, or a new one. */
export function seedOf(text: string | undefined): number {
  if (text === undefined) return randomInt(1, 1_000_000);
  if (!/^\d+$/.test(text)) throw new UsageError(`--seed takes a whole number, not "${text}"`);
  return Number(text);
}

/** Makes sure that run folders can be written before anything is started: there, writable, and 100 MB free. */
export function checkOut(folder: string): void {
  checkWritable('out', folder);
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < FREE_LEAST)
    throw new UsageError(
      `--out ${folder} has ${Math.round((bavail * bsize) / 2 ** 20)} MB free; a run needs 100 MB: name another folder with --out`,
    );
}

/** Makes sure that what these variants will show can be kept, before anything is started. */
export function checkHistory(folder: string, names: readonly string[]): void {
  checkWritable('history', folder);
  for (const name of new Set(names)) if (existsSync(path.join(folder, name))) checkWritable('history', path.join(folder, name), folder);
}

/** `option`: which one named it; `named`: what it named, where that is a folder above. */
function checkWritable(option: string, folder: string, named = folder): void {
  const trial = path.join(folder, `.faultline-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    writeFileSync(trial, Buffer.alloc(4096));
    rmSync(trial);
  } catch (error) {
    try {
      rmSync(trial, { force: true });
    } catch {
      // It was never made: the reason below says why.
    }
    throw new UsageError(`--${option} ${named} cannot be written: ${(error as Error).message}; name another folder with --${option}`, {
      cause: error,
    });
  }
}

/** The command that repeats a plan. */
export function replayOf(plan: Plan): string {
  return replayLine({ ...plan, sabotage: plan.sabotage?.name ?? null });
}

let stop: AbortController | null = null;

/** The signal of Ctrl-C and SIGTERM: the first asks the run to heal and clean up; a second one does not wait. */
export function stopSignal(): AbortSignal {
  if (stop === null) {
    const controller = new AbortController();
    stop = controller;
    const onSignal = () => {
      if (controller.signal.aborted) {
        process.stderr.write('\nstill cleaning up; to leave now press Ctrl-C again, and run `npx faultline heal` afterwards\n');
        process.removeListener('SIGINT', onSignal);
        process.once('SIGINT', () => process.exit(EXIT.unhealed));
        return;
      }
      process.stderr.write('\ninterrupted: healing and cleaning up\n');
      controller.abort();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  }
  return stop.signal;
}

/** Plays one plan, with live progress on standard error, and prints how it ended. */
export async function play(plan: Plan, replay: string, options: PlayOptions): Promise<Played> {
  const { run } = await import('../run/run.ts');
  const { abortKey } = await import('./abort-key.ts');
  const display = liveProgress({ stream: process.stderr, interactive: process.stderr.isTTY === true });
  display.line(`replay: ${replay}`);
  display.line(`this takes about ${plan.expected_s} s`);
  // A person who is asked to break something by hand answers on the same terminal, a line at a time.
  const key = plan.faults.some((fault) => fault.hands !== undefined) ? null : abortKey();
  if (process.stdin.isTTY && key !== null) display.line('press a to abort: heal, settle, and come to nothing');
  try {
    const { folder, verdict } = await run(plan, {
      out: options.out,
      keep: options.keep,
      replay,
      display,
      signal: stopSignal(),
      ...(key === null ? {} : { abort: key.signal }),
      ...(options.between === undefined ? {} : { between: options.between }),
      ...(options.shared === undefined ? {} : { shared: options.shared }),
    });
    display.done();
    if (!options.json) for (const line of finalLines(verdict, path.relative(process.cwd(), folder) || folder, replay)) out(line);
    return { plan, folder, verdict };
  } finally {
    key?.end();
    display.done();
  }
}
