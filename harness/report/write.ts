import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Span } from './frame.ts';
import { html } from './html.ts';
import { junit } from './junit.ts';
import { type LogPart, logPart } from './log-part.ts';
import { markdown } from './markdown.ts';
import { trace } from './trace.ts';
import { lostIds, type ReportInput, type ReportView, reportView } from './view.ts';

/** How much of a log's end is looked at. */
const MOST_LOG_BYTES = 4 * 2 ** 20;
const MOST_LOGS = 40;

/**
 * Writes report.html, junit.xml, summary.md and trace.json into a run's folder, and returns their paths. `plan` is the whole one, with its sabotage,
 * which the judges' recording leaves out. Reads lost.txt (one id a line) and logs/ where they are there. Throws what the file system
 * throws when it cannot write.
 */
export async function writeReports(
  folder: string,
  recording: Omit<ReportInput, 'plan'>,
  verdict: Verdict,
  plan: Plan,
): Promise<readonly string[]> {
  const { view, logs } = await shownOf(folder, recording, verdict, plan);
  const files: readonly (readonly [string, string])[] = [
    ['report.html', html(view, verdict, logs)],
    ['junit.xml', junit(verdict)],
    ['summary.md', markdown(view, verdict)],
    ['trace.json', trace(view, verdict)],
  ];
  for (const [name, content] of files) await writeFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}

/** What reports show of a run's folder: its recording reduced to a view, and the parts of its logs around the fault. */
export async function shownOf(
  folder: string,
  recording: Omit<ReportInput, 'plan'>,
  verdict: Verdict,
  plan: Plan,
): Promise<{ readonly view: ReportView; readonly logs: readonly LogPart[] }> {
  const view = reportView({ ...recording, plan }, verdict, await allLost(folder, verdict));
  return { view, logs: await logsOf(folder, view) };
}

async function allLost(folder: string, verdict: Verdict): Promise<readonly string[]> {
  const named = lostIds(verdict);
  try {
    const text = await readFile(path.join(folder, 'lost.txt'), 'utf8');
    return [...new Set([...named, ...text.split('\n').filter((line) => line !== '')])];
  } catch (error) {
    if (isMissing(error)) return named;
    throw error;
  }
}

async function logsOf(folder: string, view: ReportView): Promise<readonly LogPart[]> {
  const logs = path.join(folder, 'logs');
  const names = await readdir(logs).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  const parts: LogPart[] = [];
  for (const name of names.sort().slice(0, MOST_LOGS)) {
    try {
      parts.push(logPart(name, await lastLines(path.join(logs, name)), windowOf(view), view.wall_ms));
    } catch (error) {
      // A log that cannot be read takes no report away.
      parts.push({ file: name, what: `could not be read: ${(error as Error).message}`, lines: [] });
    }
  }
  return parts;
}

/** From shortly before the first fault to shortly after service was back (10 s after the effect, if it never was). */
function windowOf(view: ReportView): Span | null {
  const begins = view.faults.flatMap((f) => (f.asked_s === null ? [] : [f.asked_s]));
  if (begins.length === 0) return null;
  const ends = view.recoveries.flatMap((r) => (r.back_s[1] === null ? [] : [r.back_s[1]]));
  const from = Math.min(...begins);
  return { from_s: from - 1, to_s: (ends.length > 0 ? Math.max(...ends) : from + 10) + 1 };
}

async function lastLines(file: string): Promise<string[]> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  const start = Math.max(0, size - MOST_LOG_BYTES);
  const buffer = Buffer.alloc(size - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  const lines = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  // The first one may have been cut in the middle.
  return start > 0 ? lines.slice(1) : lines;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
