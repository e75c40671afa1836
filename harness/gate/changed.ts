import { execFileSync } from 'node:child_process';
import { UsageError } from '../model/usage-error.ts';
import { ROOT } from '../runtime/root.ts';

/** The files (relative to the root) that differ from what they were at a revision, uncommitted and new ones among them. Throws UsageError where git knows no such revision. */
export function changedSince(revision: string, root = ROOT): ReadonlySet<string> {
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 })
      .split('\0')
      .filter((name) => name !== '');
  try {
    return new Set([
      ...git('diff', '--name-only', '-z', '--relative', '--end-of-options', revision, '--'),
      ...git('ls-files', '--others', '--exclude-standard', '-z'),
    ]);
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    throw new UsageError(`--changed-since ${revision}: ${(stderr ?? (cause as Error).message).trim().split('\n')[0]}`, { cause });
  }
}
