import type Dockerode from 'dockerode';
import type { UndoAction } from '../../model/fault.ts';
import type { Address, Condition, Executed, Instance, Plug, ServiceState } from '../../model/runtime.ts';
import type { Service } from '../../model/system.ts';
import { placeOf, processorOf, putBack, replaceContainer, setProcessor, signalContainer, wasOutOfMemory } from './change.ts';
import { connect, disconnect, execIn, startContainer, unless, unpause } from './engine.ts';
import { ContainerLog, type ForeignLog } from './log.ts';

const GONE_WITHIN_MS = 20_000;
/** What a shell says where no process is meant. */
const NONE_SUCH = 44;
const FROZEN_WITHIN_MS = 15_000;

/** What an instance is made from. */
export interface ContainerSpec {
  readonly name: string;
  readonly spec: Service;
  /** The container's name, known before it is made. */
  readonly container: string;
  /** Its connection to its network. */
  readonly plug: Plug;
  readonly log: string;
  /** Set where the container is not ours. */
  readonly foreign?: ForeignLog;
  readonly docker: Dockerode;
  readonly lookUp: (port?: string) => Address;
  /** Fills addresses into a text, as in the service's own environment. */
  readonly fill?: (text: string) => string;
  /** Gets an image that a release needs. */
  readonly fetch?: (image: string) => Promise<unknown>;
}

/** A container's connections to networks, to be pulled and put back together. `address` empty: the engine gives one. */
export function plugOf(
  container: string,
  places: readonly { readonly network: string; readonly address: string; readonly aliases?: readonly string[] }[],
): Plug {
  return {
    async pull() {
      for (const { network } of places) await disconnect(container, network);
    },
    async put() {
      for (const { network, address, aliases } of places) await connect(container, network, address, aliases);
    },
    undo: places.map(({ network, address, aliases }) => ({
      do: 'docker.connect',
      container,
      network,
      address,
      ...(aliases === undefined ? {} : { aliases: [...aliases] }),
    })),
  };
}

/** A service as a container. */
export class ContainerInstance implements Instance {
  readonly name: string;
  readonly spec: Service;
  readonly container: string;
  readonly plug: Plug;
  readonly #made: ContainerSpec;
  readonly #log: ContainerLog;

  constructor(made: ContainerSpec) {
    this.name = made.name;
    this.spec = made.spec;
    this.container = made.container;
    this.#made = made;
    this.plug = made.plug;
    this.#log = new ContainerLog(made.docker, made.container, made.log, made.foreign);
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
    await this.begin();
    await this.follow();
  }

  /** Starts it, and does not wait until its log is followed. */
  async begin(): Promise<void> {
    if (!(await startContainer(this.container)))
      throw new Error(`${this.container} cannot be started: there is no such container any more`);
  }

  /** Its log is followed from here on, until it ends. */
  async follow(): Promise<void> {
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

  async condition(): Promise<Condition> {
    const seen = await unless([404], this.#handle().inspect());
    if (seen === undefined) return { state: 'absent', exit: null, out_of_memory: false, life: null };
    const { Running, Paused, ExitCode, StartedAt } = seen.State;
    const out_of_memory = await wasOutOfMemory(this.#made.docker, seen);
    return {
      state: Paused ? 'paused' : Running ? 'running' : 'stopped',
      exit: Running ? null : ExitCode,
      out_of_memory,
      life: `${seen.Id.slice(0, 12)} ${StartedAt}`,
    };
  }

  readonly processes: NonNullable<Instance['processes']> = {
    signal: async (name, only) => {
      const done = await this.exec(signalArgv(name, only));
      if (done.code === NONE_SUCH) throw new Error(`no process of ${this.name} has "${only}" in its command line`);
      // 137: it was ended with what it ended.
      if (![0, 137].includes(done.code) && name !== 'SIGCONT')
        throw new Error(`${name} to the processes of ${this.name} exited ${done.code}: ${done.stderr.trim() || done.stdout.trim()}`);
      if (only === undefined && !this.spec.init && name !== 'SIGKILL') await signalContainer(this.container, name);
    },
    undo: () => [
      ...(this.spec.init ? [] : [{ do: 'docker.signal', container: this.container, signal: 'SIGCONT' } as const]),
      ...this.undoExec(signalArgv('SIGCONT')),
    ],
  };

  readonly release: NonNullable<Instance['release']> = {
    fetch: async ({ image }) => {
      if (image !== undefined) await this.#made.fetch?.(image);
    },
    replace: async (release) => {
      await replaceContainer(placeOf(this.container), release, this.#made.fill ?? ((text) => text));
      await this.#log.follow();
    },
    putBack: async () => {
      await putBack(placeOf(this.container));
      await this.#log.follow();
    },
    undo: () => [{ do: 'docker.put_back', ...placeOf(this.container) }],
  };

  readonly limits: NonNullable<Instance['limits']> = {
    processor: () => processorOf(this.container),
    setProcessor: (limit) => setProcessor(this.container, limit),
    undo: (found) => [{ do: 'docker.processor', container: this.container, ...found }],
  };

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

/**
 * Signals every process of the container but its first and the one that signals: by their cgroup, since programs of ours beside the service share its processes' namespace. Twice, for those that were
 * born meanwhile.
 */
function signalArgv(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT', only?: string): readonly string[] {
  const all =
    'own=$(cat /proc/1/cgroup); all() { for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = 1 ] || [ $n = $$ ] || [ "$(cat $p/cgroup 2>/dev/null)" != "$own" ] || echo $n; done; }';
  // The shell that asks, and what it forks, have the text in their own command lines.
  const meant =
    'meant() { for n in $(all); do case $(tr "\\0" " " 2>/dev/null < /proc/$n/cmdline) in "sh -c own="*) ;; *"$1"*) echo $n ;; esac; done; }';
  const kill = (those: string) => `for n in $(${those}); do kill -${name.slice(3)} $n 2>/dev/null && done=1; done`;
  // Those that are meant are signalled once: a second time would hit what their supervisor has started meanwhile.
  return only === undefined
    ? ['sh', '-c', `${all}; for i in 1 2; do ${kill('all')}; done; true`]
    : ['sh', '-c', `${all}; ${meant}; ${kill('meant "$1"')}; [ -n "$done" ] || exit ${NONE_SUCH}`, 'signal', only];
}
