import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { nameOf } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { Instance, ObserverProcess, Runtime, StandUp, StandUpContext } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { type AsFound, difference, look, needsFresh, otherImages, remembers } from './as-found.ts';
import { auditRun } from './audit/audit.ts';
import { inWords } from './audit/residue.ts';
import { type OwnPlace, ownPlace } from './standing.ts';
import { takeDown } from './take-down.ts';

/** How the entry of a shared system on the list of runs begins. */
const SHARED = 'shared-';

/** What is to be known of a run's plan. */
type Asking = Pick<Plan, 'scenario' | 'variant' | 'sabotage' | 'faults' | 'system' | 'objectives'>;

/**
 * Lets runs that need the same system have the same stand-up on docker, one after the other. It goes on to the next only when its faults are such as leave no memory, the run says that it left the system as it found
 * it, and the engine says so, too, both then and when the next one takes it. In doubt it is taken down, and the next run stands up its own. The same twin never gets it twice: its runs are to be independent of each
 * other. What stays is what the runs before wrote into its stores and counted: every run reads back its own writes alone.
 *
 * A stand-up has a ledger and a watcher of its own, beside those of the run that has it.
 */
export class SharedSystems {
  readonly #out: string;
  readonly #left: Error[] = [];
  #standing: SharedSystem | null = null;

  /** `out`: a folder in which it may keep its ledger and logs while it stands. */
  constructor(out: string) {
    this.#out = path.resolve(out);
  }

  /** The runtime as a run of this plan shall use it. On others than docker a run stands up its own, and nothing else stands meanwhile. */
  over(runtime: Runtime, plan: Asking): Runtime {
    const standUp: Runtime['standUp'] = async (system, context) => {
      if (runtime.name === 'docker') return await this.#lend(runtime, system, context, plan);
      await this.#clear();
      return await runtime.standUp(system, context);
    };
    return { ...runtime, standUp };
  }

  /** Takes down what stands. Throws when it, or anything that was taken down before, is not all gone. */
  async close(): Promise<void> {
    await this.#clear();
    const left = this.#left.splice(0);
    if (left.length > 0) throw new Error(left.map(({ message }) => message).join('; '), { cause: left[0] });
  }

  async #lend(runtime: Runtime, system: System, context: StandUpContext, plan: Asking): Promise<StandUp> {
    const twin = `${nameOf(plan.scenario, plan.variant)} ${plan.sabotage?.name ?? ''}`;
    if (!(await this.#canHave(system, twin, context, needsFresh(plan)))) await this.#clear();
    const folder = path.join(this.#out, `${SHARED}${randomBytes(4).toString('hex')}`);
    const standing = this.#standing ?? new SharedSystem(runtime, system, folder);
    this.#standing = standing;
    try {
      return await standing.lend(context, twin, async (doubt) => {
        const why = doubt ?? remembers(plan);
        if (why !== null) context.progress(`nobody gets this system next: ${why}`);
        if (why !== null) await this.#forget(standing);
        return why === null;
      });
    } catch (error) {
      // What never stood is not left lying until somebody else needs one.
      await this.#clear();
      throw error;
    }
  }

  async #canHave(system: System, twin: string, context: StandUpContext, fresh: boolean): Promise<boolean> {
    const standing = this.#standing;
    if (standing === null || fresh || !standing.fits(system, twin)) return false;
    const why = await standing.doubt(context).catch((error: Error) => error.message);
    if (why === null) context.progress(`goes on with the system that ${standing.before.at(-1)} left as it found it`);
    else context.progress(`stands up a system of its own: ${why}`);
    return why === null;
  }

  /** What is not all gone is no matter of the run that comes next: told at the end. */
  async #clear(): Promise<void> {
    if (this.#standing !== null) await this.#forget(this.#standing).catch((error: Error) => this.#left.push(error));
  }

  async #forget(standing: SharedSystem): Promise<void> {
    if (this.#standing === standing) this.#standing = null;
    await standing.down();
  }
}

/** One stand-up, and who had it. */
class SharedSystem {
  /** The runs that had it. */
  readonly before: string[] = [];
  readonly #runtime: Runtime;
  readonly #system: System;
  readonly #folder: string;
  readonly #place: OwnPlace;
  readonly #twins = new Set<string>();
  /** How much of each log was handed to the runs. */
  readonly #handed = new Map<string, number>();
  readonly #over = new AbortController();
  #standUp: Promise<StandUp> | null = null;
  #found: AsFound | null = null;
  /** Of the run that has it now. */
  #context: StandUpContext | null = null;

  constructor(runtime: Runtime, system: System, folder: string) {
    this.#runtime = runtime;
    this.#system = system;
    this.#folder = folder;
    this.#place = ownPlace(folder, SHARED);
  }

  /** Whether it is of this system, nobody's now, and this twin never had it. */
  fits(system: System, twin: string): boolean {
    return (
      this.#context === null && this.#found !== null && !this.#twins.has(twin) && JSON.stringify(system) === JSON.stringify(this.#system)
    );
  }

  /** Why it cannot go on to the next run, as it stands now; null: it can. */
  async doubt({ progress, signal }: Pick<StandUpContext, 'progress' | 'signal'>): Promise<string | null> {
    const by = this.#place.ledger.takenBy();
    if (by !== null) return `${by} has healed it meanwhile`;
    if (this.#found === null || this.#standUp === null) return 'it was never up';
    return difference(this.#found, await look(await this.#standUp)) ?? (await otherImages(this.#system, this.#found, progress, signal));
  }

  /**
   * The stand-up for one run: what that run takes down is only what it started beside it. `over`: called when it did, with the reason why nobody may have it next, or null; resolves to whether somebody may.
   */
  async lend(context: StandUpContext, twin: string, over: (doubt: string | null) => Promise<boolean>): Promise<StandUp> {
    this.#twins.add(twin);
    this.#context = context;
    const stop = () => this.#over.abort(context.signal.reason);
    context.signal.addEventListener('abort', stop, { once: true });
    if (context.signal.aborted) stop();
    this.#standUp ??= this.#runtime.standUp(this.#system, {
      ...context,
      ...this.#place.context,
      progress: (line) => this.#context?.progress(line),
      signal: this.#over.signal,
    });
    const real = await this.#standUp;
    const started: ObserverProcess[] = [];
    const remembered = async <T extends ObserverProcess>(work: Promise<T>): Promise<T> => {
      const one = await work;
      started.push(one);
      return one;
    };
    const before = [...this.before];
    let asFound = false;
    let isOver = false;
    const own: Pick<StandUp, 'lent' | 'observer' | 'helper' | 'start' | 'down'> = {
      lent: {
        before,
        leftAsFound: () => {
          asFound = true;
        },
        takenBy: () => this.#place.ledger.takenBy(),
      },
      observer: () => remembered(real.observer()),
      helper: (spec) => remembered(real.helper(spec)),
      start: (ready) => this.#start(real, ready),
      down: async () => {
        if (isOver) return;
        isOver = true;
        const ended = Promise.all(started.map((one) => one.end()));
        const doubt = asFound
          ? ended.then(() => this.doubt(context))
          : ended.then(() => 'this run does not say that all is as it was found');
        const why = await doubt.catch((error: Error) => error.message);
        context.signal.removeEventListener('abort', stop);
        this.before.push(context.run);
        if (await over(why)) {
          this.#handLogs();
          this.#context = null;
        }
      },
    };
    // What it inherits may be known only later: where its links are, for example.
    return Object.defineProperties(Object.create(real) as StandUp, Object.getOwnPropertyDescriptors(own));
  }

  /** Takes it down, and whatever of it never became a stand-up. Throws when anything is left; then its folder stays, for `heal`. */
  async down(): Promise<void> {
    const { ledger, run, leave } = this.#place;
    this.#over.abort();
    const stuck = await takeDown(this.#standUp, ledger);
    // Whoever is taken down says its last words; to nobody, when the run that had it is over.
    this.#handLogs();
    const left = [...stuck, ...(await auditRun(run, this.#folder, this.#runtime.name, new Map())).map(inWords)];
    if (left.length > 0) throw new Error(`${run} is not all gone: ${left.join('; ')}`);
    leave();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(real: StandUp, ready: (instance: Instance) => Promise<void>): Promise<void> {
    if (this.#found !== null) return void (await Promise.all([...real.instances.values()].map(ready)));
    await real.start(ready);
    this.#found = await look(real);
  }

  /** Gives the run that has it what was logged since the last time. */
  #handLogs(): void {
    const context = this.#context;
    if (context === null) return;
    const { logs } = this.#place.context;
    try {
      for (const name of readdirSync(logs)) {
        const from = this.#handed.get(name) ?? 0;
        const text = readFileSync(path.join(logs, name)).subarray(from);
        appendFileSync(path.join(context.logs, name), text);
        this.#handed.set(name, from + text.length);
      }
    } catch (error) {
      // A folder that somebody removed, a full disk: no reason not to take down what stands.
      context.progress(`the logs are not complete: ${(error as Error).message}`);
    }
  }
}
