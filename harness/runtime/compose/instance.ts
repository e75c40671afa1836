import type { UndoAction } from '../../model/fault.ts';
import type { Executed, Plug } from '../../model/runtime.ts';
import { ContainerInstance, type ContainerSpec, plugOf } from '../docker/instance.ts';
import type { FoundContainer } from './project.ts';

/**
 * A container that was here before us. It is known by its id, so that one that was made anew under its name is not taken for it; it is touched only where `may_touch` says so, and goes back to the
 * state in which it was found: what was paused or stopped is never started, what ran is started again after a kill, which restart policies do not do (the engine takes a kill by hand for a wish).
 */
export class AdoptedContainer extends ContainerInstance {
  readonly found: FoundContainer;
  readonly #mayTouch: boolean;

  constructor(made: Omit<ContainerSpec, 'container' | 'plug'>, found: FoundContainer, mayTouch: boolean) {
    // An address that nobody fixed is the engine's to give; the gaps below it are held, so that it gives the same.
    const places = found.endpoints.map(({ network, address, fixed, aliases }) => ({ network, address: fixed ? address : '', aliases }));
    super({ ...made, container: found.id, plug: guarded(plugOf(found.id, places), found, mayTouch) });
    this.found = found;
    this.#mayTouch = mayTouch;
  }

  /** Takes its log from now on. */
  override async follow(): Promise<void> {
    if (this.found.state === 'running') await super.follow();
  }

  override async kill(): Promise<void> {
    this.#need('killed');
    await super.kill();
  }

  override async stop(grace_s: number): Promise<void> {
    this.#need('stopped');
    await super.stop(grace_s);
  }

  override async pause(): Promise<void> {
    this.#need('frozen');
    await super.pause();
  }

  override async start(): Promise<void> {
    if (this.found.state === 'running' && this.#mayTouch) await super.start();
  }

  override async resume(): Promise<void> {
    if (this.found.state === 'running' && this.#mayTouch) await super.resume();
  }

  override async exec(argv: readonly string[]): Promise<Executed> {
    this.#need('entered');
    return await super.exec(argv);
  }

  override undoExec(argv: readonly string[]): readonly UndoAction[] {
    return this.#mayTouch ? super.undoExec(argv) : [];
  }

  override undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[] {
    return this.found.state === 'running' && this.#mayTouch ? super.undoOf(deed) : [];
  }

  #need(done: string): void {
    const { container, state } = this.found;
    if (!this.#mayTouch) throw new Error(`${container} may not be ${done}: ${this.name} is not in may_touch`);
    if (state !== 'running') throw new Error(`${container} may not be ${done}: it was found ${state}, and stays so`);
  }
}

function guarded(plug: Plug, { container, state }: FoundContainer, mayTouch: boolean): Plug {
  const free = mayTouch && state === 'running';
  return {
    pull: () =>
      free
        ? plug.pull()
        : Promise.reject(new Error(`${container} may not be taken off its networks: it was found ${state}, or is not in may_touch`)),
    put: () => (free ? plug.put() : Promise.resolve()),
    undo: free ? plug.undo : [],
  };
}
