import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeNeeding } from '../faces/needs.ts';
import { readPending } from '../record/undo-ledger.ts';
import { listLabelled } from '../runtime/docker/engine.ts';
import { processesTagged } from '../runtime/process/tree.ts';
import { ROOT } from '../runtime/root.ts';
import { BIN, Place, watched } from './played-run.ts';

const STUB = path.join(ROOT, 'fixtures/scenarios/paused-stub.ts');

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe('what a run leaves', () => {
  test('nothing, when it went to its end', async () => {
    const run = place.run([STUB, '--runtime', 'process']);
    // On a busy machine a promise may be broken, or not be known; what is left must be nothing all the same.
    expect([0, 1, 2]).toContain(await run.exit);
    await nothingLeft();
  });

  test.each(['up', 'baseline', 'disturb', 'heal', 'settle', 'collect'])(
    'nothing, when a person interrupts it in %s; exit 130, inconclusive',
    async (phase) => {
      const run = place.run([STUB, '--runtime', 'process']);
      await run.said(new RegExp(`^${phase} `, 'm'));
      // A little into the phase.
      await new Promise((resolve) => setTimeout(resolve, 20));
      run.child.kill('SIGINT');
      expect(await run.exit).toBe(130);
      const verdict = JSON.parse(readFileSync(path.join(place.runFolder(), 'verdict.json'), 'utf8')) as { outcome: string };
      if (phase !== 'collect') expect(verdict.outcome).toBe('inconclusive');
      await nothingLeft();
    },
  );

  test('nothing but the folder, when the disk is full in mid-run; exit 3, and the reason', async () => {
    // No file may grow past 24 KiB: what a full disk does, without one.
    const limited = `ulimit -f 24; exec "${process.execPath}" "${BIN}" run "${STUB}" --runtime process --seed 5 --out "${path.join(place.folder, 'reports')}"`;
    const run = watched(spawn('bash', ['-c', limited], { cwd: place.folder, env: place.environment(), stdio: ['ignore', 'pipe', 'pipe'] }));
    await run.said(/the timeline could not be written: EFBIG/);
    expect(await run.exit).toBe(3);
    await nothingLeft();
  });
});

await describeNeeding('docker', 'what a run on containers leaves', () => {
  test('a SIGKILL of harness and watcher in mid-fault leaves containers; heal leaves none, no network and no volume', async () => {
    // Not the quickstart: where two test files share the machine, its database may fail over before anything was broken.
    const run = place.run([path.join(ROOT, 'fixtures/scenarios/much-is-broken.ts'), '--runtime', 'docker']);
    await run.said(/kill \(kill two\) confirmed/);
    process.kill(place.listed()[0]?.watcher?.pid ?? 0, 'SIGKILL');
    run.child.kill('SIGKILL');
    await run.exit;
    const of = { run: path.basename(place.runFolder()) };
    expect((await listLabelled(of)).length).toBeGreaterThan(5);
    const { text } = await place.faultline('heal', of.run);
    expect(text).toMatch(/\d+ undone, 0 stuck/);
    expect(await listLabelled(of)).toEqual([]);
  }, 300_000);

  test('an interrupted run on containers leaves none', async () => {
    const run = place.run(['quickstart', '--runtime', 'docker']);
    await run.said(/^baseline /m);
    run.child.kill('SIGINT');
    expect(await run.exit).toBe(130);
    expect(await listLabelled({ run: path.basename(place.runFolder()) })).toEqual([]);
  }, 300_000);
});

async function nothingLeft(): Promise<void> {
  const standUp = place.token();
  await expect.poll(() => processesTagged(standUp), { timeout: 3000 }).toEqual([]);
  expect(existsSync(path.join(os.tmpdir(), `faultline-${standUp}`))).toBe(false);
  expect(readdirSync(path.join(place.state, 'faultline/runs'))).toEqual([]);
  expect(readPending(place.runFolder()).pending).toEqual([]);
}
