import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../runtime/root.ts';

/** What this machine and this checkout are, for environment.json: nothing secret, nothing that judges read. */
export function surroundings(): { commit: string; machine: string; versions: Record<string, string> } {
  const cpus = os.cpus();
  return {
    commit: commit(),
    machine: `${os.type()} ${os.release()}, ${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    versions: { faultline: version(), node: process.versions.node },
  };
}

function version(): string {
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return version;
}

function commit(): string {
  try {
    const git = (...words: string[]) =>
      execFileSync('git', words, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    // What runs write is output: evidence that was kept a moment ago makes no other code of it.
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', ':(top)', ':(exclude)reports') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? ' with uncommitted changes' : ''}`;
  } catch {
    // No git, or no checkout: a package that was installed.
    return 'not a git checkout';
  }
}
