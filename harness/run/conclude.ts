import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { judge } from '../judge/judge.ts';
import { lostIdsOf } from '../judge/rpo.ts';
import type { Environment } from '../model/environment.ts';
import type { Plan } from '../model/plan.ts';
import type { Verdict } from '../model/verdict.ts';
import { readRecording } from '../record/recording.ts';
import { writeJson } from '../record/run-folder.ts';
import { writeSeal } from '../record/seal.ts';
import { writeReports } from '../report/write.ts';
import type { CutShort } from './cut-short.ts';
import type { RunRecord } from './run-record.ts';

/** What a run left: its folder, and the verdict that can be computed from that folder again. */
export interface RunResult {
  readonly folder: string;
  readonly runId: string;
  readonly verdict: Verdict;
}

/** Says in environment.json how the run ended, seals the folder, judges it as anybody could, and writes the reports. */
export async function conclude(
  plan: Plan,
  record: RunRecord,
  leftBehind: readonly string[],
  cut: CutShort | null,
  signal: AbortSignal,
): Promise<RunResult> {
  const { folder, runId } = record;
  const file = path.join(folder, 'environment.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as Environment;
  writeJson(file, {
    ...known,
    left_behind: [...leftBehind],
    ...(cut === null ? {} : { cut: { by: cut.by, why: cut.message } }),
    ...(signal.aborted && cut === null ? { cut: { by: 'interrupted', why: 'interrupted by a person' } } : {}),
  } satisfies Environment);
  writeSeal(folder, ['plan.json', 'environment.json', 'timeline.jsonl', 'undo.jsonl']);
  const recording = await readRecording(folder);
  const verdict = judge(recording);
  writeJson(path.join(folder, 'verdict.json'), verdict);
  const lost = plan.objectives.flatMap((objective) => (objective.kind === 'rpo' ? lostIdsOf(recording, objective) : []));
  if (lost.length > 0) writeFileSync(path.join(folder, 'lost.txt'), `${[...new Set(lost)].join('\n')}\n`);
  await writeReports(folder, recording, verdict, plan);
  return { folder, runId, verdict };
}
