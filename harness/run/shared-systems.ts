import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { carryOut } from '../fault/undo.ts';
import { nameOf } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import type { Instance, ObserverProcess, Runtime, StandUp, StandUpContext } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { auditRun } from './audit/audit.ts';
import { changed, type Settings, settingsOf } from './audit/containers.ts';
import { inWords } from './audit/residue.ts';
import { objects } from './audit/sources.ts';
import { within } from './cut-short.ts';
import { type OwnPlace, ownPlace } from './standing.ts';

/** How the entry of a shared system on the list of runs begins. */
const SHARED = 'shared-';
const DOWN_WITHIN_MS = 120_000;

/**
 * Lets runs that need the same system have the same stand-up, one after the other. It goes on to the next only when the run that had it says that it left the system as it found it, and the engine says so, too:
 * the same containers in their first life, no setting or packet rule changed, nothing there that was not. In doubt it is taken down, and the next run stands up its own. The same twin never gets it twice: its
 * runs are to be independent of each other. A stand-up has its own ledger and watcher, and survives no crash of this process.
 */
export class SharedSystems {
  readonly #out: string;
  #standing: SharedSystem | null = null;

  /** `out`: a folder in which it may keep its ledger and logs while it stands. */
  constructor(out: string) {
    this.#out = out;
  }

  /** The runtime as a run of this plan shall use it. On others than docker every run stands up its own. */
  over(runtime: Runtime, plan: Pick<Plan, 'scenario' | 'variant' | 'sabotage'>): Runtime {
    if (runtime.name !== 'docker') return runtime;
    const twin = `${nameOf(plan.scenario, plan.variant)} ${plan.sabotage?.name ?? ''}`;
    return { ...runtime, standUp: (system, context) => this.#lend(runtime, system, context, twin) };
  }

  /** Takes down what stands. Throws when it is not all gone. */
  async close(): Promise<void> {
    const standing = this.#standing;
    this.#standing = null;
    await standing?.down();
  }

  async #lend(runtime: Runtime, system: System, context: StandUpContext, twin: string): Promise<StandUp> {
    if (this.#standing?.fits(system, twin) !== true) {
      await this.close();
      this.#standing = new SharedSystem(runtime, system, path.join(this.#out, `${SHARED}${randomBytes(4).toString('hex')}`));
    } else context.progress(`goes on with the system that ${this.#standing.before.at(-1)} left as it found it`);
    try {
      return await this.#standing.lend(context, twin, async (why) => {
        if (why === null) return;
        context.progress(`nobody gets this system next: ${why}`);
        await this.close();
      });
    } catch (error) {
      // What never stood is not left lying until somebody else needs one.
      await this.close();
      throw error;
    }
  }
}

/** What a system was when it stood, and nothing had been done to it. */
interface Found {
  readonly settings: Settings;
  readonly lives: ReadonlyMap<string, string | null>;
  readonly objects: ReadonlySet<string>;
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
  #standUp: Promise<StandUp> | null = null;
  #found: Found | null = null;
  /** Of the run that has it now, or had it last. */
  #context: StandUpContext | null = null;

  constructor(runtime: Runtime, system: System, folder: string) {
    this.#runtime = runtime;
    this.#system = system;
    this.#folder = folder;
    this.#place = ownPlace(folder, SHARED);
  }

  fits(system: System, twin: string): boolean {
    return this.#found !== null && !this.#twins.has(twin) && JSON.stringify(system) === JSON.stringify(this.#system);
  }

  /** The stand-up for one run: what that run takes down is only what it started beside it. `over`: called when the run is, with the reason why nobody may have it next, or null. */
  async lend(context: StandUpContext, twin: string, over: (why: string | null) => Promise<void>): Promise<StandUp> {
    this.#twins.add(twin);
    this.#context = context;
    const progress = (line: string) => this.#context?.progress(line);
    this.#standUp ??= this.#runtime.standUp(this.#system, { ...context, ...this.#place.context, progress });
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
      },
      observer: () => remembered(real.observer()),
      helper: (spec) => remembered(real.helper(spec)),
      start: (ready) => this.#start(real, ready),
      down: async () => {
        if (isOver) return;
        isOver = true;
        await Promise.all(started.map((one) => one.end()));
        const why = asFound ? await this.#changed(real) : 'this one does not say that all is as it was found';
        this.before.push(context.run);
        if (why === null) this.#handLogs();
        await over(why);
      },
    };
    // What it inherits may be known only later: where its links are, for example.
    return Object.defineProperties(Object.create(real) as StandUp, Object.getOwnPropertyDescriptors(own));
  }

  /** Takes it down, and whatever of it never became a stand-up. Throws when anything is left; then its folder stays, for `heal`. */
  async down(): Promise<void> {
    const { ledger, run, leave } = this.#place;
    const stuck: string[] = [];
    const attempt = async (what: string, work: () => Promise<unknown>) => {
      await work().catch((error: unknown) => stuck.push(`${what}: ${error instanceof Error ? error.message : String(error)}`));
    };
    const standUp = await this.#standUp?.catch(() => null);
    if (standUp != null) await attempt('taking the shared system down', () => within(standUp.down(), DOWN_WITHIN_MS, 'it'));
    for (const { n, what, action } of ledger.pending())
      await attempt(what, async () => {
        await carryOut(action);
        ledger.strike(n, 'down');
      });
    // Whoever is taken down says its last words.
    this.#handLogs();
    stuck.push(...(await auditRun(run, this.#folder, this.#runtime.name, new Map())).map(inWords));
    if (stuck.length > 0) throw new Error(`${run} is not all gone: ${stuck.join('; ')}`);
    leave();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(real: StandUp, ready: (instance: Instance) => Promise<void>): Promise<void> {
    if (this.#found !== null) return void (await Promise.all([...real.instances.values()].map(ready)));
    await real.start(ready);
    this.#found = await this.#look(real);
  }

  async #look(real: StandUp): Promise<Found> {
    const instances = [...real.instances.values()];
    const containers = instances.flatMap((one) => ('container' in one && typeof one.container === 'string' ? [one.container] : []));
    const [settings, lives, { ours }] = await Promise.all([
      settingsOf(containers),
      Promise.all(instances.map(async (one) => [one.name, (await one.condition?.())?.life ?? null] as const)),
      objects(),
    ]);
    return {
      settings,
      lives: new Map(lives),
      objects: new Set(ours.flatMap(({ what, mark }) => (mark === this.#place.token ? [what] : []))),
    };
  }

  /** Why it is no more what it was when it was stood up, by what the engine says; null: it is. */
  async #changed(real: StandUp): Promise<string | null> {
    const found = this.#found;
    if (found === null) return 'it was never up';
    const now = await this.#look(real);
    const anew = [...found.lives].flatMap(([name, life]) => (now.lives.get(name) === life ? [] : [name]));
    if (anew.length > 0) return `${anew.join(', ')} started anew`;
    const set = changed(found.settings, now.settings);
    if (set.length > 0) return set.map(({ what }) => what).join('; ');
    const more = [...now.objects].filter((what) => !found.objects.has(what));
    return more.length > 0 ? `${more.join(', ')} was not there before` : null;
  }

  /** Gives the run that has it what was logged since the last time. */
  #handLogs(): void {
    const { logs } = this.#place.context;
    for (const name of readdirSync(logs)) {
      const from = this.#handed.get(name) ?? 0;
      const text = readFileSync(path.join(logs, name)).subarray(from);
      if (text.length > 0 && this.#context !== null) appendFileSync(path.join(this.#context.logs, name), text);
      this.#handed.set(name, from + text.length);
    }
  }
}
