import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Verdict } from '../model/verdict.ts';
import { readPending } from '../record/undo-ledger.ts';
import { folderOfStandUp } from '../runtime/process/folder.ts';
import { processesTagged, startTimeOf } from '../runtime/process/tree.ts';
import { ROOT } from '../runtime/root.ts';
import { Place, type PlayedRun } from './played-run.ts';

const STUB = path.join(ROOT, 'fixtures/scenarios/paused-stub.ts');
const HEALED_WITHIN = { timeout: 45_000, interval: 200 };

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

describe('when the harness is killed in mid-fault', () => {
  test('the watcher heals from the ledger, writes down what it did, and ends', async () => {
    const run = await inMidFault();
    const watcher = watcherOf();
    run.child.kill('SIGKILL');
    await run.exit;
    await nothingLeft();
    expect(place.healLog()).toMatch(/watcher \(process \d+\): process \d+ of the run is gone/);
    expect(place.healLog()).toMatch(/pause of one: process \d+ runs or is gone/);
    await expect.poll(() => startTimeOf(watcher), HEALED_WITHIN).toBeNull();
    expect(place.healLog()).toMatch(/the run is healed\n$/);
    expect(readFileSync(path.join(place.runFolder(), 'undo.jsonl'), 'utf8')).toMatch(/"state":"done".*"by":"watcher/);
  });

  test('and all of its group with it, as when a terminal goes, the watcher still heals', async () => {
    const run = await inMidFault();
    process.kill(-(run.child.pid ?? 0), 'SIGKILL');
    await run.exit;
    await nothingLeft();
  });

  test('and somebody calls heal at the same time, three times: all is well, and once', async () => {
    const run = await inMidFault();
    run.child.kill('SIGKILL');
    await run.exit;
    const came = await Promise.all([1, 2, 3].map(() => place.faultline('heal', path.basename(place.runFolder()))));
    expect(came.map(({ code }) => code)).toEqual([0, 0, 0]);
    await nothingLeft();
    const done = readFileSync(path.join(place.runFolder(), 'undo.jsonl'), 'utf8')
      .split('\n')
      .flatMap((line) => /^\{"n":(\d+),"state":"done"/.exec(line)?.[1] ?? []);
    expect(done).toEqual([...new Set(done)]);
  });

  test('and the watcher too, heal does the same by hand', async () => {
    const run = await inMidFault();
    process.kill(watcherOf(), 'SIGKILL');
    run.child.kill('SIGKILL');
    await run.exit;
    expect(processesTagged(place.token()).length).toBeGreaterThan(0);
    const audit = await place.faultline('audit');
    expect(audit.code).toBe(4);
    expect(audit.text).toMatch(
      new RegExp(`run ${path.basename(place.runFolder())}, which died and is not healed; removed by: npx faultline heal`),
    );
    expect(audit.text).toMatch(/^process \d+ .*; removed by: kill -KILL \d+$/m);
    const heal = await place.faultline('heal', path.basename(place.runFolder()));
    expect(heal.text).toMatch(/\d+ undone, 0 stuck/);
    expect(heal.code).toBe(0);
    await nothingLeft();
    expect(place.healLog()).toMatch(/heal \(process \d+\)/);
  });
});

test('the watcher of a run that ended in order ends with it, and has healed nothing', async () => {
  const run = await inMidFault();
  const watcher = watcherOf();
  expect([0, 1, 2]).toContain(await run.exit);
  await expect.poll(() => startTimeOf(watcher), HEALED_WITHIN).toBeNull();
  expect(place.healLog()).toBe('');
  await nothingLeft();
});

test('the watcher holds none of the streams of the harness: whoever waits for their end does not wait for it', async () => {
  const run = await inMidFault();
  const closed = new Promise((resolve) => run.child.once('close', () => resolve(startTimeOf(watcher))));
  const watcher = watcherOf();
  process.kill(watcher, 'SIGSTOP');
  run.child.kill('SIGKILL');
  await expect(Promise.race([closed, new Promise((resolve) => setTimeout(() => resolve('still open'), 10_000))])).resolves.toBeTypeOf(
    'string',
  );
  expect(await closed).not.toBeNull();
  process.kill(watcher, 'SIGCONT');
  await nothingLeft();
});

test('a harness that stood still for longer than the lease is healed; when it wakes up it says so, and never passes', async () => {
  const run = await inMidFault({ FAULTLINE_LEASE_S: '2' });
  run.child.kill('SIGSTOP');
  await expect.poll(() => place.healLog(), HEALED_WITHIN).toMatch(/healed, and not struck out/);
  expect(place.healLog()).toMatch(/exists, but has given no sign of life for 2\.\d s: taking its healing over/);
  expect(processesTagged(place.token())).toEqual([]);
  run.child.kill('SIGCONT');
  expect(await run.exit).toBe(2);
  const verdict = JSON.parse(readFileSync(path.join(place.runFolder(), 'verdict.json'), 'utf8')) as Verdict;
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'aborted' });
  expect(verdict.because).toMatch(/stood still for long, and watcher \(process \d+\) healed the system meanwhile/);
  await nothingLeft();
});

test('what stood still and whose folder is gone is healed all the same, and watched on', async () => {
  const run = await inMidFault({ FAULTLINE_LEASE_S: '2' });
  const standUp = place.token();
  const watcher = watcherOf();
  run.child.kill('SIGSTOP');
  rmSync(place.runFolder(), { recursive: true });
  await expect.poll(() => processesTagged(standUp), HEALED_WITHIN).toEqual([]);
  expect(startTimeOf(watcher)).not.toBeNull();
  run.child.kill('SIGKILL');
  await expect.poll(() => place.listed(), HEALED_WITHIN).toEqual([]);
  expect(existsSync(folderOfStandUp(standUp))).toBe(false);
});

test('what stood still and is then killed is healed once more, and struck out', async () => {
  const run = await inMidFault({ FAULTLINE_LEASE_S: '2' });
  run.child.kill('SIGSTOP');
  await expect.poll(() => place.healLog(), HEALED_WITHIN).toMatch(/healed, and not struck out/);
  expect(readPending(place.runFolder()).pending.length).toBeGreaterThan(0);
  run.child.kill('SIGKILL');
  await nothingLeft();
});

test('processes that only look like ours stay', async () => {
  const lookalike = spawn('sleep', ['300'], {
    env: { ...process.env, FAULTLINE_STANDUP: 'zzzzzz', FAULTLINE_RUN: 'foreign' },
    stdio: 'ignore',
  });
  try {
    const run = await inMidFault();
    run.child.kill('SIGKILL');
    await run.exit;
    await nothingLeft();
    expect((await place.faultline('heal', path.basename(place.runFolder()), 'foreign')).code).toBe(0);
    expect(lookalike.exitCode ?? lookalike.signalCode).toBeNull();
  } finally {
    lookalike.kill('SIGKILL');
  }
});

async function inMidFault(more: NodeJS.ProcessEnv = {}): Promise<PlayedRun> {
  const run = place.run([STUB, '--runtime', 'process'], more);
  await run.said(/freeze .* (commanded|confirmed)/);
  return run;
}

function watcherOf(): number {
  const pid = place.listed()[0]?.watcher?.pid;
  if (pid === undefined) throw new Error('the run has no watcher on the list');
  return pid;
}

async function nothingLeft(): Promise<void> {
  const standUp = place.token();
  await expect.poll(() => place.listed(), HEALED_WITHIN).toEqual([]);
  expect(processesTagged(standUp)).toEqual([]);
  expect(existsSync(folderOfStandUp(standUp))).toBe(false);
  expect(readPending(place.runFolder()).pending).toEqual([]);
}
