import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { malformation } from '../../fixtures/reports/malformation.ts';
import { empty, losing, passing, type Sample } from '../../fixtures/reports/sample.ts';
import type { TimelineEvent } from '../model/event.ts';
import { readRecording } from '../record/recording.ts';
import { writeSeal } from '../record/seal.ts';
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

/** The sample as a run would have left it, with `cut` lines missing at its end. */
async function record({ input }: Sample, cut: number): Promise<void> {
  const timed = [...input.events, ...[...input.streams.values()].flatMap((ops) => [...ops])].sort((a, b) => startOf(a) - startOf(b));
  const lines = timed.map((event) => JSON.stringify(event));
  await writeFile(path.join(folder, 'timeline.jsonl'), `${lines.slice(0, lines.length - cut).join('\n')}\n`);
  await writeFile(path.join(folder, 'plan.json'), JSON.stringify(input.plan));
  await writeFile(path.join(folder, 'environment.json'), JSON.stringify({ ...input.environment, left_behind: ['container pg-1 <b>'] }));
  await writeFile(path.join(folder, 'undo.jsonl'), '');
  if (cut === 0) writeSeal(folder, ['plan.json', 'environment.json', 'timeline.jsonl', 'undo.jsonl']);
}

function startOf(event: TimelineEvent): number {
  return event.k === 'op' ? event.s : 'at' in event ? event.at : 0;
}

test.each([
  ['as a run leaves it', 0],
  ['cut off in the middle', 9000],
])('a recording that is read back from its folder is reported: %s', async (_, cut) => {
  const sample = losing();
  await record(sample, cut);
  const { sabotage, ...recording } = await readRecording(folder);
  await writeReports(folder, recording, sample.verdict, { ...recording.plan, sabotage });
  const page = await readFile(path.join(folder, 'report.html'), 'utf8');
  expect(malformation(page)).toBeNull();
  expect(page).toContain('Sabotaged on purpose');
  expect(page).toContain('container pg-1 &lt;b&gt;');
  expect(page).toContain(cut === 0 ? '134 of them lost' : 'there is no seal.json');
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
