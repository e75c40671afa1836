import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const ANSWER_WITHIN_MS = 5000;

/** A program that was found: where, and what it says of its version. */
export interface Tool {
  readonly file: string;
  readonly version: string;
}

/** k6, on PATH or where `.ci/setup` builds it. */
export async function k6(): Promise<Tool | null> {
  return await firstThatAnswers(['k6', built('k6')], ['version']);
}

/** toxiproxy-server, on PATH or where `.ci/setup` builds it. */
export async function toxiproxy(): Promise<Tool | null> {
  return await firstThatAnswers(['toxiproxy-server', built('toxiproxy-server')], ['-version']);
}

/** A Chromium or Chrome: CHROMIUM, or one of the usual names. */
export async function chromium(): Promise<Tool | null> {
  const named = process.env['CHROMIUM'];
  return await firstThatAnswers(
    [
      ...(named === undefined ? [] : [named]),
      'chromium',
      'chromium-browser',
      'google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    ['--version'],
  );
}

function built(name: string): string {
  return path.join(process.env['FAULTLINE_TOOLS'] ?? path.join(os.homedir(), '.cache', 'faultline', 'bin'), name);
}

async function firstThatAnswers(files: readonly string[], words: readonly string[]): Promise<Tool | null> {
  for (const file of files) {
    if (path.isAbsolute(file) && !existsSync(file)) continue;
    try {
      const { stdout, stderr } = await execute(file, words, { timeout: ANSWER_WITHIN_MS });
      return { file, version: `${stdout}${stderr}`.trim().split('\n')[0] ?? '' };
    } catch {
      // Not there, or not one that runs: the next is asked.
    }
  }
  return null;
}
