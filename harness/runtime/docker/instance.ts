import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import type { UndoAction } from '../../model/fault.ts';
import type { Address, Executed, Instance, ServiceState } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { execIn, startContainer, unless, unpause } from './engine.ts';

const GONE_WITHIN_MS = 20_000;

/** What an instance is made from. */
export interface ContainerSpec {
  readonly name: string;
  readonly spec: Service;
  /** The container's name, known before it is made. */
  readonly container: string;
  readonly log: string;
  readonly docker: Dockerode;
  readonly lookUp: (port?: string) => Address;
}

/** A service as a container. */
export class ContainerInstance implements Instance {
  readonly name: string;
  readonly spec: Service;
  readonly container: string;
  readonly #made: ContainerSpec;
  #log: WriteStream | null = null;
  #following = false;

  constructor(made: ContainerSpec) {
    this.name = made.name;
    this.spec = made.spec;
    this.container = made.container;
    this.#made = made;
  }

  address(port?: string): Address {
    return this.#made.lookUp(port);
  }

  async state(): Promise<ServiceState> {
    const seen = await unless([404], this.#handle().inspect());
    if (seen === undefined) return 'absent';
    if (seen.State.Paused) return 'paused';
    return seen.State.Running ? 'running' : 'stopped';
  }

  async kill(): Promise<void> {
    // 409: it does not run.
    await unless([404, 409], this.#handle().kill({ signal: 'SIGKILL' }));
    const deadline = performance.now() + GONE_WITHIN_MS;
    while (['running', 'paused'].includes(await this.state())) {
      if (performance.now() > deadline) throw new Error(`${this.container} outlived a SIGKILL for ${GONE_WITHIN_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(grace_s: number): Promise<void> {
    await unpause(this.container);
    await unless([304, 404], this.#handle().stop({ t: Math.ceil(grace_s) }));
  }

  async start(): Promise<void> {
    await startContainer(this.container);
    await this.follow();
  }

  async pause(): Promise<void> {
    if ((await this.state()) !== 'paused') await this.#handle().pause();
  }

  async resume(): Promise<void> {
    await unpause(this.container);
  }

  async exec(argv: readonly string[]): Promise<Executed> {
    return (await execIn(this.container, argv)) ?? { code: 126, stdout: '', stderr: `${this.container} does not run` };
  }

  undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[] {
    return [deed === 'pause' ? { do: 'docker.unpause', container: this.container } : { do: 'docker.start', container: this.container }];
  }

  async tail(lines: number): Promise<readonly string[]> {
    const text = await readFile(this.#made.log, 'utf8').catch(() => '');
    return text.trimEnd().split('\n').filter(Boolean).slice(-lines);
  }

  /** Writes what the container says to its log file, from now on. */
  async follow(): Promise<void> {
    if (this.#following) return;
    const since = this.#log === null ? 0 : Math.floor(Date.now() / 1000) - 1;
    this.#log ??= createWriteStream(this.#made.log, { flags: 'a' });
    const stream = await this.#handle().logs({ follow: true, stdout: true, stderr: true, since });
    this.#following = true;
    this.#made.docker.modem.demuxStream(stream, this.#log, this.#log);
    const ended = () => {
      this.#following = false;
    };
    stream.on('end', ended);
    stream.on('error', ended);
  }

  /** Rejects when the container ends; never resolves. */
  async diesEarly(): Promise<never> {
    const { StatusCode } = (await this.#handle().wait()) as { StatusCode: number };
    await new Promise((resolve) => setTimeout(resolve, 200));
    const log = await this.tail(5);
    throw new Error(
      `${this.name} exited (${StatusCode}) before it was ready; last log lines:\n${log.map((line) => `    ${line}`).join('\n')}`,
    );
  }

  closeLog(): void {
    this.#log?.end();
  }

  #handle(): Dockerode.Container {
    return this.#made.docker.getContainer(this.container);
  }
}
