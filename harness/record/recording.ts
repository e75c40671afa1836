import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { Environment } from '../model/environment.ts';
import { FORMAT, type JudgedPlan, Plan } from '../model/plan.ts';
import { UsageError } from '../model/usage-error.ts';
import { digestOf } from './digest.ts';
import { brokenSeals, Seal } from './seal.ts';
import { type Defect, NewerFormat, type Timeline, TimelineReader } from './timeline-reader.ts';

export type { RecordedOp } from './ops.ts';
export type { Deed, Defect, FinalRead } from './timeline-reader.ts';

/**
 * A finished run as judges see it: the plan without its sabotage, where it ran, and the timeline. `events`: all that are no operations, in the order
 * of the file, `lines[i]` the line of `events[i]`; `streams`: the operations by `journey/writer`, sorted by schedule. Any `defects` and nothing may pass.
 */
export interface Recording extends Timeline {
  readonly plan: JudgedPlan;
  readonly environment: Environment;
  readonly defects: readonly Defect[];
}

/** A recording and what no judge may see; reports show it. */
export interface ReadRecording extends Recording {
  readonly sabotage: Plan['sabotage'];
}

const PIECE = 1 << 20;

/** Not a recording, or not one that this harness can read: says which file, which place, and what to do. Ends in exit code 3. */
export class RecordingError extends UsageError {}

/**
 * Reads a run's folder. A recording that was cut short or changed is still read, and marked in `defects`. Throws a RecordingError for a folder that is
 * no recording, for a newer format, and for a plan or environment that cannot be understood.
 */
export async function readRecording(folder: string): Promise<ReadRecording> {
  const plan = readPlan(folder);
  const environment = readChecked(folder, 'environment.json', Environment);
  checkFormat(folder, 'environment.json', environment.format);
  const seal = readSeal(folder);
  const { timeline, digest } = await readTimeline(folder, environment);
  const broken = seal === null ? [] : brokenSeals(folder, seal, digest);
  return recordingOf(plan, environment, {
    ...timeline,
    defects: [
      ...broken.map((detail): Defect => ({ reason: 'recording.altered', detail })),
      ...(seal === null
        ? [{ reason: 'recording.truncated', detail: 'there is no seal.json: the run did not come to its end' } as const]
        : []),
      ...timeline.defects,
    ],
  });
}

/** Puts a recording together from its parts; takes the sabotage off the plan. */
export function recordingOf(plan: Plan, environment: Environment, timeline: Timeline): ReadRecording {
  const { sabotage, ...judged } = plan;
  return { plan: judged, environment, ...timeline, sabotage };
}

/** The whole plan of a run's folder, with its sabotage: for reports and for playing it again, never for judges. Throws a RecordingError. */
export function readPlan(folder: string): Plan {
  if (!existsSync(folder)) throw new RecordingError(`there is no folder ${folder}; name a run's folder, for example reports/latest`);
  if (!statSync(folder).isDirectory())
    throw new RecordingError(`${folder} is no folder; name the folder that the run wrote, for example reports/latest`);
  for (const name of ['plan.json', 'environment.json', 'timeline.jsonl'])
    if (!existsSync(path.join(folder, name)))
      throw new RecordingError(`${folder} is no recording: it has no ${name}; name a run's folder, for example reports/latest`);
  const raw = readJson(folder, 'plan.json');
  checkFormat(folder, 'plan.json', (raw as { format?: unknown } | null)?.format);
  return check(folder, 'plan.json', Plan, raw);
}

/** A sealed file that is there and cannot be understood means the same as none. */
function readSeal(folder: string): Seal | null {
  if (!existsSync(path.join(folder, 'seal.json'))) return null;
  const seal = readChecked(folder, 'seal.json', Seal);
  checkFormat(folder, 'seal.json', seal.format);
  return seal;
}

async function readTimeline(folder: string, environment: Environment): Promise<{ timeline: Timeline; digest: string }> {
  const file = path.join(folder, 'timeline.jsonl');
  const reader = new TimelineReader();
  const piece = Buffer.allocUnsafe(PIECE);
  let digest: Promise<string>;
  try {
    const fd = openSync(file, 'r');
    try {
      digest = digestOf(file, fstatSync(fd).size);
      for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece)) reader.bytes(piece.subarray(0, got));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof NewerFormat) throw newer(file, error.message);
    throw new RecordingError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  return { timeline: reader.finish({ run: environment.run_id, token: environment.token }), digest: await digest };
}

function readChecked<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  return check(folder, name, schema, readJson(folder, name));
}

function check<T>(folder: string, name: string, schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, 5).map((issue) => `  ${issue.path.join('.') || '(the whole)'}: ${issue.message}`);
  throw new RecordingError(
    `${path.join(folder, name)} is not what a run writes:\n${issues.join('\n')}\nIt was edited or is of another tool; judge the folder as the run left it.`,
  );
}

function readJson(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new RecordingError(`${file} cannot be read: ${(error as Error).message}; judge the folder as the run left it`, { cause: error });
  }
}

function checkFormat(folder: string, name: string, format: unknown): void {
  if (typeof format === 'number' && format < 1)
    throw new RecordingError(`${path.join(folder, name)} is of format ${format}, which never was; judge the folder as the run left it`);
  if (typeof format === 'number' && format > FORMAT) throw newer(path.join(folder, name), `format ${format}`);
}

function newer(file: string, what: string): RecordingError {
  return new RecordingError(
    `${file} is of ${what}; this harness reads up to format ${FORMAT}: read it with the version that wrote it, or a later one`,
  );
}
