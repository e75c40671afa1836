import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { unlessBusy } from '../../fixtures/not-busy.ts';
import { ROOT } from '../runtime/root.ts';
import { expect, test } from './vitest.ts';

const STUB = path.join(ROOT, 'fixtures/scenarios/paused-stub.ts');
const out = mkdtempSync(path.join(os.tmpdir(), 'faultline-face-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('a scenario is a test: a frozen stub is thawed, and answers again', async ({ play }) => {
  const run = await unlessBusy(() => play(STUB, { runtime: 'process', seed: 3, out }));
  expect(run).toHold();
  expect(run).toRecoverWithin('4 s');
  expect(() => expect(run).toLoseNothing()).toThrow(/no loss was counted/);
  expect(run.replay).toMatch(/^npx faultline run .* --runtime process --seed 3$/);
}, 180_000);

test('a scenario that is none is a mistake, told with its place', async ({ play }) => {
  await expect(play('no-such-scenario')).rejects.toThrow(/there is no scenario "no-such-scenario"/);
  await expect(play({ title: 'x' } as never)).rejects.toThrow(/as-written is no scenario:[\s\S]*system/);
});
