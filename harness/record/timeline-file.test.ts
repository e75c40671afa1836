import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { TimelineFile } from './timeline-file.ts';

test('lines are on the file soon, in order, and closing twice does no harm', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-timeline-'));
  const file = path.join(folder, 'timeline.jsonl');
  const errors: Error[] = [];
  const timeline = new TimelineFile(file, (error) => errors.push(error));
  for (let i = 0; i < 20_000; i++) timeline.append(`{"k":"op","n":${i}}`);
  await expect.poll(() => readFileSync(file, 'utf8').split('\n').length).toBe(20_001);
  timeline.append('last');
  timeline.close();
  timeline.close();
  expect(readFileSync(file, 'utf8').endsWith('{"k":"op","n":19999}\nlast\n')).toBe(true);
  expect(errors).toEqual([]);
  rmSync(folder, { recursive: true });
});

test.skipIf(process.platform !== 'linux')('a full disk is reported once and never thrown into the observer', () => {
  const errors: string[] = [];
  const timeline = new TimelineFile('/dev/full', (error) => errors.push(error.message));
  timeline.append('a');
  timeline.flush();
  timeline.append('b');
  timeline.flush();
  timeline.close();
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/the timeline could not be written: ENOSPC/);
});
