import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { empty, losing, passing, type Sample } from '../../fixtures/reports/sample.ts';
import { writeReports } from './write.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'faultline-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write({ input, verdict, logs }: Sample): Promise<readonly string[]> {
  await mkdir(path.join(folder, 'logs'), { recursive: true });
  for (const [name, lines] of Object.entries(logs))
    await writeFile(path.join(folder, 'logs', name), lines.map((line) => `${line}\n`).join(''));
  return await writeReports(folder, input, verdict, input.plan);
}

test('all reports are written, with the logs cut to the fault', async () => {
  const files = await write(passing());
  expect(files.map((file) => path.basename(file))).toEqual(['report.html', 'junit.xml', 'summary.md', 'trace.json']);
  const page = await readFile(path.join(folder, 'report.html'), 'utf8');
  expect(page).toContain('pg-2.log</code> <span class="muted">18 of 120 lines, around the fault');
  expect(page).toContain('api-1.log</code> <span class="muted">all 3 lines');
});

test('a folder without logs, of a run without anything, gets its reports too', async () => {
  const { input, verdict } = empty();
  expect(await writeReports(folder, input, verdict, input.plan)).toHaveLength(4);
  expect(await readFile(path.join(folder, 'report.html'), 'utf8')).toContain('none were collected');
});

test('lost.txt marks the writes that the verdict has no room to name', async () => {
  const sample = losing();
  const objectives = sample.verdict.objectives.map((o) =>
    o.measured?.kind === 'rpo' ? { ...o, measured: { ...o.measured, lost_ids: o.measured.lost_ids.slice(0, 3) } } : o,
  );
  const ids = sample.verdict.objectives.flatMap((o) => (o.measured?.kind === 'rpo' ? o.measured.lost_ids : []));
  await writeFile(path.join(folder, 'lost.txt'), `${ids.join('\n')}\n`);
  await write({ ...sample, verdict: { ...sample.verdict, objectives } });
  const page = await readFile(path.join(folder, 'report.html'), 'utf8');
  expect(page).toContain(`${ids.length} of them lost`);
  expect(page).not.toContain('Only the first');
});

test('the trace is JSON of phases, faults, outages and counters, in order of size small', async () => {
  await write(losing());
  const text = await readFile(path.join(folder, 'trace.json'), 'utf8');
  const { traceEvents } = JSON.parse(text) as { traceEvents: { name: string; ph: string; ts: number; dur?: number }[] };
  expect(traceEvents.filter((e) => e.ph === 'X').map((e) => `${e.name} ${e.ts} ${e.dur}`)).toMatchSnapshot();
  expect(traceEvents.every((e) => Number.isInteger(e.ts) && e.ts >= 0)).toBe(true);
  expect(text.length).toBeLessThan(300_000);
});

test('a folder that cannot be written to is said, with its path', async () => {
  const { input, verdict } = passing();
  await expect(writeReports(path.join(folder, 'missing'), input, verdict, input.plan)).rejects.toThrow(/ENOENT.*report\.html/);
});
