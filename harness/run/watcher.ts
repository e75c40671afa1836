import { appendFileSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { startTimeOf } from '../runtime/process/tree.ts';

/*
 * The watcher of one run: `node watcher.ts FILE FOLDER PID STARTED`. A program of its own, in a session of its own, with nothing of the harness's but where the run's entry on the list (FILE) and
 * its folder (FOLDER) lie, and which process the harness is. What it needs to heal is loaded when it is needed: as long as all is well it must cost next to nothing.
 *
 * | it sees | it does |
 * |---|---|
 * | the entry is gone, or says that the system is kept | ends: the run ended in order, or somebody has healed it |
 * | the process is gone | heals at once, and tries again what fails for up to ten minutes |
 * | the process is there, but its heartbeat has stood still for the lease | takes the healing over: undoes everything, and strikes nothing out, since a process that wakes up could still do
 *   what it was about to do; it will see that, and end as aborted. Goes on watching |
 */
const LOOK_EVERY_MS = 250;
const LEASE_S = Number(process.env['FAULTLINE_LEASE_S'] ?? 20);
const HEAL_WITHIN_MS = 600_000;

const [file = '', folder = '', pidText = '', started = ''] = process.argv.slice(2);
const pid = Number(pidText);
const by = `watcher (process ${process.pid})`;

// Whoever ends the session of a terminal, or interrupts everything in it, does not mean this one.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
await watch();

async function watch(): Promise<void> {
  let beat = 0;
  let silent_ms = 0;
  let seen = false;
  let taken = false;
  let last = performance.now();
  for (;;) {
    const alive = startTimeOf(pid) === started;
    const entry = look();
    if (entry === 'gone' && (seen || !alive)) return await forget();
    if (entry === 'kept') return;
    if (entry !== 'gone') seen = true;
    if (!alive) return await healDead();
    // Only time that this process saw pass counts: when the whole machine slept, nobody was late.
    const now = performance.now();
    const late = entry === 'unseen' || entry === beat;
    silent_ms = late ? silent_ms + Math.min(now - last, 4 * LOOK_EVERY_MS) : 0;
    if (silent_ms === 0) taken = false;
    if (!late) beat = entry === 'gone' ? 0 : entry;
    last = now;
    if (silent_ms > LEASE_S * 1000 && !taken) taken = await healStanding(silent_ms);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** When the run last said that it lives; `unseen`: its entry could not be read. */
function look(): number | 'gone' | 'kept' | 'unseen' {
  try {
    const { mtimeMs } = statSync(file);
    return readFileSync(file, 'utf8').includes('"kept":true') ? 'kept' : mtimeMs;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'unseen';
  }
}

/** A crash while the entry was made leaves a part of it. */
async function forget(): Promise<void> {
  const { unregisterRun } = await import('../record/registry.ts');
  unregisterRun(path.basename(file, '.json'));
}

async function healDead(): Promise<void> {
  say(`process ${pid} of the run is gone, and the run has not said that it cleaned up: healing it from its ledger`);
  const healed = await healNow(true, HEAL_WITHIN_MS);
  if (healed !== null) say(healed.stuck === 0 ? 'the run is healed' : 'not all could be healed: run `npx faultline heal` when it can');
}

async function healStanding(silent_ms: number): Promise<boolean> {
  say(`process ${pid} of the run exists, but has given no sign of life for ${(silent_ms / 1000).toFixed(1)} s: taking its healing over`);
  try {
    const { takeOver } = await import('../record/undo-ledger.ts');
    takeOver(folder, by);
  } catch (error) {
    say(`the ledger does not say so: ${(error as Error).message}; healing all the same`);
  }
  const healed = await healNow(false, (LEASE_S + 10) * 1000);
  if (healed?.stuck === 0) say('healed, and not struck out: when the process ends everything is undone once more');
  return true;
}

async function healNow(strike: boolean, within_ms: number): Promise<{ healed: number; stuck: number } | null> {
  try {
    const [{ healRun }, { registeredRun }] = await Promise.all([import('./heal-run.ts'), import('../record/registry.ts')]);
    const run = registeredRun(path.basename(file, '.json'));
    if (run === null) return null;
    const { healed, stuck } = await healRun(run, { by, within_ms, strike, print: () => undefined });
    return { healed, stuck: stuck.length };
  } catch (error) {
    say(`could not heal: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}; run \`npx faultline heal\``);
    return null;
  }
}

function say(line: string): void {
  try {
    appendFileSync(path.join(folder, 'heal.log'), `${new Date().toISOString()} ${by}: ${line}\n`);
  } catch {
    // The folder is gone, or the disk is full: what is to be healed is healed all the same.
  }
}
