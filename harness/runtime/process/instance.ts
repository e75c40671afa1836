import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { UndoAction } from '../../model/fault.ts';
import type { Address, Condition, Executed, Instance, Release, ServiceState, StandUpContext } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { ROOT } from '../root.ts';
import { type Filler, fill } from '../template.ts';
import { commandLine, descendants, isStopped, type KnownProcess, killAll, owner, processesTagged, signal, startTimeOf } from './tree.ts';

/** What an instance is made from. */
export interface ProcessSpec {
  readonly name: string;
  readonly spec: Service;
  /** Its private folder, `${data}`. */
  readonly data: string;
  readonly standUp: string;
  readonly run: string;
  readonly log: string;
  readonly lookUp: (service: string, port?: string) => Address;
  readonly link: Filler['link'];
  readonly register: StandUpContext['register'];
}

const EXEC_WITHIN_MS = 30_000;
const EXEC_OUTPUT_MOST = 256 << 20;

/** A service as a tree of local processes; its output goes straight to its log file. */
export class ProcessInstance implements Instance {
  readonly name: string;
  readonly spec: Service;
  readonly #made: ProcessSpec;
  #child: ChildProcess | null = null;
  #started = '';
  #other: Release | null = null;
  #strikes: (() => Promise<void>)[] = [];

  constructor(made: ProcessSpec) {
    this.name = made.name;
    this.spec = made.spec;
    this.#made = made;
  }

  address(port?: string): Address {
    return this.#made.lookUp(this.name, port);
  }

  async start(): Promise<void> {
    if (this.#isAlive()) return;
    const [program, ...words] = (this.#other?.command ?? this.spec.command ?? []).map((word) => this.#fill(word));
    if (program === undefined) throw new Error(`${this.name} has no command`);
    const log = openSync(this.#made.log, 'a');
    try {
      // Detached: a Ctrl-C at the terminal is for the harness, which then cleans up in order.
      this.#child = spawn(program === 'node' ? process.execPath : program, words, {
        cwd: ROOT,
        env: this.#environment(),
        stdio: ['ignore', log, log],
        detached: true,
      });
    } finally {
      closeSync(log);
    }
    const child = this.#child;
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(new Error(`${this.name} could not be started: ${cause.message}`, { cause })));
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`${this.name} could not be started`);
    this.#started = startTimeOf(pid) ?? '';
    this.#strikes.push(await this.#made.register(`the process of ${this.name}`, { do: 'process.end', pid, started: this.#started }));
  }

  /** Rejects when the process exits; never resolves. */
  async diesEarly(): Promise<never> {
    const child = this.#child;
    const code = await new Promise<number | string>((resolve) => {
      if (child === null || child.exitCode !== null || child.signalCode !== null)
        resolve(child?.exitCode ?? child?.signalCode ?? 'nothing');
      else child.once('exit', (exit, by) => resolve(exit ?? by ?? 'nothing'));
    });
    const log = await this.tail(5);
    throw new Error(`${this.name} exited (${code}) before it was ready; last log lines:\n${log.map((line) => `    ${line}`).join('\n')}`);
  }

  async state(): Promise<ServiceState> {
    const pid = this.#child?.pid;
    if (pid === undefined) return await Promise.resolve('absent');
    if (!this.#isAlive()) return 'stopped';
    return isStopped(pid) ? 'paused' : 'running';
  }

  async kill(): Promise<void> {
    const pid = this.#child?.pid;
    // Stopped first, so that nothing starts a child while they are counted.
    if (pid !== undefined && this.#isAlive()) signal(pid, 'SIGSTOP');
    await killAll(this.#all());
  }

  async stop(grace_s: number): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || !this.#isAlive()) return;
    const tree = this.#all();
    signal(child.pid, 'SIGTERM');
    // A frozen process would never hear of it.
    signal(child.pid, 'SIGCONT');
    const deadline = performance.now() + grace_s * 1000;
    while (this.#isAlive() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    await killAll([...tree, ...this.#all()]);
  }

  async pause(): Promise<void> {
    for (const each of this.#all()) signal(each.pid, 'SIGSTOP');
    await Promise.resolve();
  }

  async resume(): Promise<void> {
    for (const each of this.#all()) signal(each.pid, 'SIGCONT');
    await Promise.resolve();
  }

  async exec(argv: readonly string[]): Promise<Executed> {
    const [program = '', ...words] = argv;
    return await new Promise((resolve) => {
      execFile(
        program === 'node' ? process.execPath : program,
        words,
        { cwd: ROOT, env: this.#environment(), timeout: EXEC_WITHIN_MS, maxBuffer: EXEC_OUTPUT_MOST },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
          resolve({ code, stdout, stderr: stderr === '' && error !== null ? error.message : stderr });
        },
      );
    });
  }

  undoExec(): readonly UndoAction[] {
    // Whatever a command did to a local process ends with it; without the run the whole stand-up goes, and that undo is registered.
    return [];
  }

  undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[] {
    const pid = this.#child?.pid;
    // What was killed is healed by starting it again, which needs the run; without the run the whole stand-up goes, and that undo is registered.
    if (deed !== 'pause' || pid === undefined) return [];
    return [{ do: 'process.resume', pid, started: this.#started }];
  }

  async condition(): Promise<Condition> {
    const { exitCode = null, signalCode = null } = this.#child ?? {};
    const exit = signalCode === null ? exitCode : 128 + constants.signals[signalCode];
    const pid = this.#child?.pid;
    return { state: await this.state(), exit, out_of_memory: false, life: pid === undefined ? null : String(pid) };
  }

  readonly processes: NonNullable<Instance['processes']> = {
    signal: (name, only) => {
      if (only !== undefined) return this.#signalThose(name, only);
      return name === 'SIGKILL' ? this.kill() : name === 'SIGSTOP' ? this.pause() : this.resume();
    },
    undo: () => this.undoOf('pause'),
  };

  readonly release: NonNullable<Instance['release']> = {
    fetch: () => Promise.resolve(),
    replace: async (release) => {
      if (release.command === undefined && release.env === undefined)
        throw new Error(`a release of ${this.name} as a local process needs \`command\` or \`env\`; an image is for docker`);
      await this.stop(1);
      this.#other = release;
      await this.start();
    },
    putBack: async () => {
      if (this.#other !== null) await this.kill();
      this.#other = null;
      await this.start();
    },
    // Without the run the whole stand-up goes, and that undo is registered.
    undo: () => [],
  };

  async tail(lines: number): Promise<readonly string[]> {
    const text = await readFile(this.#made.log, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').filter(Boolean).slice(-lines);
  }

  /** Everything of it is gone: its undos are no longer needed. */
  async strikeOut(): Promise<void> {
    for (const strike of this.#strikes) await strike();
    this.#strikes = [];
  }

  async #signalThose(name: NodeJS.Signals, only: string): Promise<void> {
    const meant = this.#all().filter(({ pid }) => commandLine(pid).includes(only));
    if (meant.length === 0) throw new Error(`no process of ${this.name} has "${only}" in its command line`);
    for (const { pid } of meant) signal(pid, name);
    await Promise.resolve();
  }

  /** The tree below the process, and what left the tree but carries its mark. */
  #all(): readonly KnownProcess[] {
    const pid = this.#child?.pid;
    const tree = pid === undefined || startTimeOf(pid) !== this.#started ? [] : descendants([pid]);
    const marked = processesTagged(this.#made.standUp, this.name);
    const strays = descendants(marked.map((each) => each.pid));
    return [...new Map([...tree, ...strays].map((each) => [each.pid, each])).values()];
  }

  #isAlive(): boolean {
    const pid = this.#child?.pid;
    return pid !== undefined && this.#started !== '' && startTimeOf(pid) === this.#started;
  }

  #fill(text: string): string {
    const { name, standUp, data, lookUp, link } = this.#made;
    return fill(text, { self: name, standUp, data, address: lookUp, link });
  }

  /** Little of our own environment: a service must not depend on who runs it. */
  #environment(): NodeJS.ProcessEnv {
    const { standUp, run } = this.#made;
    const kept = Object.fromEntries(
      ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    );
    const own = Object.fromEntries(
      Object.entries({ ...this.spec.env, ...this.#other?.env }).map(([name, text]) => [name, this.#fill(text)]),
    );
    return { ...kept, ...own, FAULTLINE_STANDUP: standUp, FAULTLINE_RUN: run, FAULTLINE_SERVICE: this.name, FAULTLINE_OWNER: owner() };
  }
}
