import path from 'node:path';
import { judge } from '../judge/judge.ts';
import { UsageError } from '../model/usage-error.ts';
import { readRecording } from '../record/recording.ts';
import { finalLines } from '../report/console.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** `faultline judge DIR`: the verdict of a run folder, computed anew; nothing is written. */
export async function judgeCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, { json: { type: 'boolean', default: false } });
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1)
    throw new UsageError('judge takes one run folder, for example `faultline judge reports/latest`');
  const verdict = judge(await readRecording(path.resolve(folder)));
  if (values.json) out(JSON.stringify(verdict, null, 2));
  else for (const line of finalLines(verdict, folder, verdict.run.replay)) out(line);
  return verdict.exit_code;
}
