import { createInterface } from 'node:readline';
import type { Helper } from '../model/runtime.ts';

const ANSWER_WITHIN_MS = 15_000;

/** Asks a helper that answers each line with a line. Rejects, beginning with `what`, when the helper ends or 15 s are over. */
export type AskHelper = (line: string, what: string) => Promise<string>;

export function askHelper(helper: Helper): AskHelper {
  const lines = createInterface({ input: helper.stdout });
  const answers: ((line: string | null) => void)[] = [];
  lines.on('line', (line) => answers.shift()?.(line));
  lines.on('close', () => {
    for (const answer of answers.splice(0)) answer(null);
  });
  return async (asked, what) => {
    let timer: NodeJS.Timeout | undefined;
    const line = await new Promise<string | null>((resolve, reject) => {
      answers.push(resolve);
      timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ANSWER_WITHIN_MS / 1000} s`)), ANSWER_WITHIN_MS);
      helper.stdin.write(`${asked}\n`);
    }).finally(() => clearTimeout(timer));
    if (line === null) throw new Error(`${what}: the helper ${helper.name} ended`);
    return line;
  };
}
