import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeNeeding } from '../faces/needs.ts';
import { readPending } from '../record/undo-ledger.ts';
import { listLabelled } from '../runtime/docker/engine.ts';
import { processesTagged } from '../runtime/process/tree.ts';

const execute = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '../..');
const BIN = path.join(ROOT, 'harness/cli/bin.js');
const STUB = path.join(ROOT, 'fixtures/scenarios/paused-stub.ts');

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-'));
  // One second of hold, so that a whole run takes seconds.
  writeFileSync(path.join(place, 'faultline.config.js'), "export default { hold: '1 s' };\n");
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('what a run leaves', () => {
  test('nothing, when it went to its end', async () => {
    const run = start(STUB, '--runtime', 'process');
    expect(await run.exit).toBe(0);
    await nothingLeft();
  });

  test.each(['up', 'baseline', 'disturb', 'heal', 'settle', 'collect'])(
    'nothing, when a person interrupts it in %s; exit 130, inconclusive',
    async (phase) => {
      const run = start(STUB, '--runtime', 'process');
      await run.said(new RegExp(`^${phase} `, 'm'));
      // A little into the phase.
      await new Promise((resolve) => setTimeout(resolve, 20));
      run.child.kill('SIGINT');
      expect(await run.exit).toBe(130);
      const verdict = JSON.parse(readFileSync(path.join(runFolder(), 'verdict.json'), 'utf8')) as { outcome: string };
      if (phase !== 'collect') expect(verdict.outcome).toBe('inconclusive');
      await nothingLeft();
    },
  );

  test('nothing but the folder, when the disk is full in mid-run; exit 3, and the reason', async () => {
    // No file may grow past 24 KiB: what a full disk does, without one.
    const limited = `ulimit -f 24; exec "${process.execPath}" "${BIN}" run "${STUB}" --runtime process --seed 5 --out "${path.join(place, 'reports')}"`;
    const run = watch(spawn('bash', ['-c', limited], { cwd: place, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] }));
    await run.said(/the timeline could not be written: EFBIG/);
    expect(await run.exit).toBe(3);
    await nothingLeft();
  });

  test('a SIGKILL in mid-fault leaves a frozen service and a readable timeline; heal leaves nothing', async () => {
    const run = start(STUB, '--runtime', 'process');
    await run.said(/freeze .* confirmed/);
    run.child.kill('SIGKILL');
    await run.exit;
    const standUp = token();
    expect(processesTagged(standUp).length).toBeGreaterThan(0);
    expect(readPending(runFolder()).pending.map((undo) => undo.action.do)).toContain('process.resume');
    const lines = readFileSync(path.join(runFolder(), 'timeline.jsonl'), 'utf8').split('\n');
    expect(lines.filter((line) => line.startsWith('{"k":"op"')).length).toBeGreaterThan(50);

    const { stdout } = await execute(process.execPath, [BIN, 'heal'], { env: environment() });
    expect(stdout).toMatch(/\d+ undone, 0 stuck/);
    await nothingLeft();
    // A second time there is nothing to do, and no harm.
    expect((await execute(process.execPath, [BIN, 'heal'], { env: environment() })).stdout).toMatch(/nothing was broken, nothing was left/);
  });
});

await describeNeeding('docker', 'what a run on containers leaves', () => {
  test('a SIGKILL in mid-fault leaves containers; heal leaves none, no network and no volume', async () => {
    const run = start('quickstart', '--runtime', 'docker');
    await run.said(/kill-primary .* confirmed/);
    run.child.kill('SIGKILL');
    await run.exit;
    const of = { run: path.basename(runFolder()) };
    expect((await listLabelled(of)).length).toBeGreaterThan(5);
    const { stdout } = await execute(process.execPath, [BIN, 'heal'], { env: environment() });
    expect(stdout).toMatch(/\d+ undone, 0 stuck/);
    expect(await listLabelled(of)).toEqual([]);
  }, 300_000);

  test('an interrupted run on containers leaves none', async () => {
    const run = start('quickstart', '--runtime', 'docker');
    await run.said(/^baseline /m);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(130);
    expect(await listLabelled({ run: path.basename(runFolder()) })).toEqual([]);
  }, 300_000);
});

interface Started {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  said(what: RegExp): Promise<void>;
}

function start(...words: string[]): Started {
  return watch(
    spawn(process.execPath, [BIN, 'run', ...words, '--seed', '5', '--out', path.join(place, 'reports')], {
      cwd: place,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
}

function watch(child: ChildProcess): Started {
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    child,
    exit,
    said: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (what.test(text)) resolve();
        };
        listeners.add(look);
        look();
        void exit.then((code) => reject(new Error(`it exited ${code} and never said ${what}:\n${text.slice(-3000)}`)));
      }),
  };
}

/** The user's list of runs is this test's own. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, XDG_STATE_HOME: path.join(place, 'state'), NO_COLOR: '1' };
}

function runFolder(): string {
  const [name] = readdirSync(path.join(place, 'reports')).filter((each) => each !== 'latest');
  return path.join(place, 'reports', name ?? '');
}

function token(): string {
  return (JSON.parse(readFileSync(path.join(runFolder(), 'environment.json'), 'utf8')) as { token: string }).token;
}

async function nothingLeft(): Promise<void> {
  const standUp = token();
  await expect.poll(() => processesTagged(standUp), { timeout: 3000 }).toEqual([]);
  expect(existsSync(path.join(os.tmpdir(), `faultline-${standUp}`))).toBe(false);
  expect(readdirSync(path.join(place, 'state/faultline/runs'))).toEqual([]);
  expect(readPending(runFolder()).pending).toEqual([]);
}
