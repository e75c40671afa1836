import type Dockerode from 'dockerode';
import type { UndoAction } from '../../model/fault.ts';
import type { Address, Executed, Instance, ServiceState } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { execIn, startContainer, unless, unpause } from './engine.ts';
import { ContainerLog } from './log.ts';

const GONE_WITHIN_MS = 20_000;
const FROZEN_WITHIN_MS = 15_000;

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
  readonly #log: ContainerLog;

  constructor(made: ContainerSpec) {
    this.name = made.name;
    this.spec = made.spec;
    this.container = made.container;
    this.#made = made;
    this.#log = new ContainerLog(made.docker, made.container, made.log);
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
    while (isUp(await this.state())) {
      if (performance.now() > deadline) throw new Error(`${this.container} outlived a SIGKILL for ${GONE_WITHIN_MS / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async stop(grace_s: number): Promise<void> {
    // A frozen one would never hear of it.
    await unpause(this.container);
    await unless([304, 404], this.#handle().stop({ t: Math.ceil(grace_s) }));
    const seen = await this.state();
    if (isUp(seen)) throw new Error(`${this.container} is still ${seen} after SIGTERM, ${grace_s} s of grace and SIGKILL`);
  }

  async start(): Promise<void> {
    await startContainer(this.container);
    const seen = await this.state();
    if (seen === 'absent') throw new Error(`${this.container} cannot be started: there is no such container any more`);
    await this.#log.follow();
  }

  async pause(): Promise<void> {
    const deadline = performance.now() + FROZEN_WITHIN_MS;
    for (;;) {
      try {
        // 409: it is paused, or does not run; the look tells which.
        await unless([404, 409], this.#handle().pause());
        break;
      } catch (error) {
        // The kernel's freezer needs every task to be scheduled once; on a busy machine the engine gives up before, and thaws.
        if (!(error as Error).message.includes('unable to freeze') || performance.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const seen = await this.state();
    if (seen !== 'paused') throw new Error(`${this.container} cannot be frozen: it is ${seen}`);
  }

  async resume(): Promise<void> {
    await unpause(this.container);
  }

  async exec(argv: readonly string[]): Promise<Executed> {
    return (await execIn(this.container, argv)) ?? { code: 126, stdout: '', stderr: `${this.container} does not run` };
  }

  undoExec(argv: readonly string[]): readonly UndoAction[] {
    return [{ do: 'docker.exec', container: this.container, argv: [...argv] }];
  }

  undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[] {
    return [deed === 'pause' ? { do: 'docker.unpause', container: this.container } : { do: 'docker.start', container: this.container }];
  }

  async tail(lines: number): Promise<readonly string[]> {
    return await this.#log.tail(lines, isUp(await this.state()));
  }

  /** Resolves when the container ends, with one error that says how and what it said last; stops looking when `signal` aborts. */
  async ended(signal: AbortSignal): Promise<Error> {
    const code = (await unless([404], this.#handle().wait({ abortSignal: signal })))?.StatusCode as number | undefined;
    if (code === undefined) return new Error(`${this.name} was removed before it was ready`);
    const killed = (await unless([404], this.#handle().inspect()))?.State.OOMKilled === true ? ', out of memory' : '';
    const log = await this.#log.tail(5, false);
    return new Error(
      `${this.name} exited (${code}${killed}) before it was ready; ` +
        (log.length === 0 ? 'it logged nothing' : `last log lines:\n${log.map((line) => `    ${line}`).join('\n')}`),
    );
  }

  /** The rest of the log is written, its file closed. */
  async closeLog(): Promise<void> {
    await this.#log.close();
  }

  #handle(): Dockerode.Container {
    return this.#made.docker.getContainer(this.container);
  }
}

function isUp(state: ServiceState): boolean {
  return state === 'running' || state === 'paused';
}
