import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RegisteredRun } from '../record/registry.ts';
import { ROOT } from '../runtime/root.ts';

const execute = promisify(execFile);

/** The command, as a person calls it. */
export const BIN = path.join(ROOT, 'harness/cli/bin.js');

/** A run in a process of its own, for tests that end it in all ways. */
export interface PlayedRun {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  text(): string;
  /** Resolves when it has said something; rejects when it exits without. */
  said(what: RegExp): Promise<void>;
}

/** A folder of its own for runs and for the user's list of runs, with a short hold so that a whole run takes seconds. */
export class Place {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-'));
  readonly state = path.join(this.folder, 'state');

  constructor() {
    writeFileSync(path.join(this.folder, 'faultline.config.js'), "export default { hold: '1 s' };\n");
  }

  environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return { ...process.env, XDG_STATE_HOME: this.state, NO_COLOR: '1', ...more };
  }

  /** `faultline run …`, its words as given. */
  run(words: readonly string[], more: NodeJS.ProcessEnv = {}): PlayedRun {
    return watched(
      spawn(process.execPath, [BIN, 'run', ...words, '--seed', '5', '--out', path.join(this.folder, 'reports')], {
        cwd: this.folder,
        env: this.environment(more),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      }),
    );
  }

  /** Any other command: how it ended and what it said. */
  async faultline(...words: string[]): Promise<{ readonly code: number; readonly text: string }> {
    try {
      const { stdout, stderr } = await execute(process.execPath, [BIN, ...words], { cwd: this.folder, env: this.environment() });
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
      return { code: code ?? -1, text: stdout + stderr };
    }
  }

  /** The folder of its one run. */
  runFolder(): string {
    const [name] = readdirSync(path.join(this.folder, 'reports')).filter((each) => each !== 'latest');
    return path.join(this.folder, 'reports', name ?? '');
  }

  token(): string {
    return (JSON.parse(readFileSync(path.join(this.runFolder(), 'environment.json'), 'utf8')) as { token: string }).token;
  }

  /** The runs on the list, as the files say. */
  listed(): readonly RegisteredRun[] {
    const folder = path.join(this.state, 'faultline/runs');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as RegisteredRun);
  }

  healLog(): string {
    const file = path.join(this.runFolder(), 'heal.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Listens to a child process. */
export function watched(child: ChildProcess): PlayedRun {
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const exit = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return {
    child,
    exit,
    text: () => text,
    said: (what) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (what.test(text)) resolve();
        };
        listeners.add(look);
        look();
        void exit.then((code) => reject(new Error(`it exited ${code} and never said ${what}:\n${text.slice(-3000)}`)));
      }),
  };
}
