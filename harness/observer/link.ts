import { createInterface } from 'node:readline';
import type { ClusterEvent, EventOf, TimelineEvent } from '../model/event.ts';
import type { ObserverProcess } from '../model/runtime.ts';
import { reveal } from '../model/secret.ts';
import type { Command, Progress, Reply, ResolvedProbe, ResolvedStream } from './protocol.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Arguments<D extends Command['do']> = Without<Extract<Command, { do: D }>, 'n' | 'do'>;

/** Who hears what the observer says. */
export interface Listener {
  /** The exact text of each line of the timeline, in order. */
  onLine(line: string): void;
  onProgress(progress: Progress): void;
}

/** The harness's end of the wire to its observer. Every call rejects once the observer is dead, with the last that it said on standard error. */
export class ObserverLink {
  /** Resolves with why, when the observer dies before it was told to end. */
  readonly dead: Promise<string>;
  readonly #observer: ObserverProcess;
  readonly #listener: Listener;
  readonly #pending = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  readonly #waiting = new Set<(event: TimelineEvent) => void>();
  readonly #watched = new Map<string, EventOf<'watch'>>();
  #origin = '';
  #cluster: ClusterEvent | null = null;
  #lag: EventOf<'lag'> | null = null;
  #progress: Progress | null = null;
  #last = 0;
  #ending = false;
  #why: string | null = null;
  #stderr = '';

  constructor(observer: ObserverProcess, listener: Listener) {
    this.#observer = observer;
    this.#listener = listener;
    const lines = createInterface({ input: observer.stdout });
    lines.on('line', (line) => this.#hear(line));
    const drained = new Promise<void>((resolve) => lines.once('close', resolve));
    observer.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4000);
    });
    observer.stdin.on('error', () => undefined);
    this.dead = new Promise((resolve) => {
      void Promise.all([observer.exited, drained]).then(([code]) => {
        this.#why = `it exited with ${code === null ? 'a signal' : `code ${code}`}${this.#stderr === '' ? '' : `; it said: ${this.#stderr.trim().split('\n').slice(-3).join(' / ')}`}`;
        for (const { reject } of this.#pending.values()) reject(new Error(`the observer is dead: ${this.#why}`));
        this.#pending.clear();
        if (!this.#ending) resolve(this.#why);
      });
    });
  }

  get isDead(): boolean {
    return this.#why !== null;
  }

  /** Begins: this moment is t = 0, or that of another observer on the same machine (its `origin`). */
  async hello(run: string, token: string, origin?: string): Promise<void> {
    await this.#say({ do: 'hello', run, token, ...(origin === undefined ? {} : { origin }) });
  }

  /** t = 0 by the machine's monotonic clock, as text (ns); known after `hello`. */
  get origin(): string {
    return this.#origin;
  }

  /** Stamps an event of the harness and writes it to the timeline; returns the stamp (ns). */
  async mark(event: Arguments<'mark'>['event']): Promise<number> {
    return (await this.#say({ do: 'mark', event })).at ?? 0;
  }

  /** Asks a service one question, off the record. */
  async ask(probe: ResolvedProbe, timeout_ms: number): Promise<{ ok: boolean; answer: string }> {
    const reply = await this.#call({ do: 'ask', probe, timeout_ms });
    return { ok: reply.ok, answer: reply.answer ?? reply.error ?? '' };
  }

  async load(streams: readonly ResolvedStream[]): Promise<void> {
    await this.#say({ do: 'load', streams });
  }

  /** Stops streams; done when the last answer came or its time ran out. */
  async unload(journeys?: readonly string[]): Promise<void> {
    await this.#say(journeys === undefined ? { do: 'unload' } : { do: 'unload', journeys });
  }

  async watch(service: string, probe: ResolvedProbe, every_ms: number): Promise<void> {
    await this.#say({ do: 'watch', service, probe, every_ms });
  }

  async unwatch(service: string): Promise<void> {
    await this.#say({ do: 'unwatch', service });
  }

  async cluster(cluster: Arguments<'cluster'>): Promise<void> {
    await this.#say({ do: 'cluster', ...cluster });
  }

  async gauge(gauge: Arguments<'gauge'>): Promise<void> {
    await this.#say({ do: 'gauge', ...gauge });
  }

  async read(read: Arguments<'read'>): Promise<void> {
    await this.#say({ do: 'read', ...read });
  }

  /** Ends the observer: the timeline gets its last line. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#say({ do: 'end' });
    await this.#observer.exited;
  }

  /** The next event from now on for which `predicate` holds, or null after `timeout_ms`, or when the observer dies or `signal` aborts. Operations are not shown. */
  async when(predicate: (event: TimelineEvent) => boolean, timeout_ms: number, signal?: AbortSignal): Promise<TimelineEvent | null> {
    return await new Promise((resolve) => {
      const finish = (event: TimelineEvent | null) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        signal?.removeEventListener('abort', none);
        resolve(event);
      };
      const none = () => finish(null);
      const look = (event: TimelineEvent) => {
        if (predicate(event)) finish(event);
      };
      const timer = setTimeout(none, timeout_ms);
      this.#waiting.add(look);
      signal?.addEventListener('abort', none, { once: true });
      if (signal?.aborted === true || this.isDead) none();
      void this.dead.then(none);
    });
  }

  /** The last change of a watched service, null before the first look. */
  watched(service: string): EventOf<'watch'> | null {
    return this.#watched.get(service) ?? null;
  }

  latestCluster(): ClusterEvent | null {
    return this.#cluster;
  }

  latestLag(): EventOf<'lag'> | null {
    return this.#lag;
  }

  latestProgress(): Progress | null {
    return this.#progress;
  }

  async #say(command: Without<Command, 'n'>): Promise<Reply> {
    const reply = await this.#call(command);
    if (!reply.ok) throw new Error(`the observer could not ${command.do}: ${reply.error ?? 'no reason given'}`);
    return reply;
  }

  #call(command: Without<Command, 'n'>): Promise<Reply> {
    if (this.#why !== null) return Promise.reject(new Error(`the observer is dead: ${this.#why}`));
    const n = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(n, { resolve, reject });
      this.#observer.stdin.write(`${JSON.stringify({ n, ...command }, command.do === 'mark' ? undefined : revealed)}\n`);
    });
  }

  #hear(line: string): void {
    // Operations are most of all lines; nothing here needs to know what they say.
    if (line.startsWith('{"k":"op"')) {
      this.#listener.onLine(line);
      return;
    }
    const heard = JSON.parse(line) as Reply | Progress | TimelineEvent;
    if (heard.k === 'reply') {
      this.#pending.get(heard.n)?.resolve(heard);
      this.#pending.delete(heard.n);
      return;
    }
    if (heard.k === 'progress') {
      this.#progress = heard;
      this.#listener.onProgress(heard);
      return;
    }
    this.#listener.onLine(line);
    if (heard.k === 'hello') this.#origin = heard.mono_ns ?? '';
    else if (heard.k === 'watch') this.#watched.set(heard.service, heard);
    else if (heard.k === 'cluster') this.#cluster = heard;
    else if (heard.k === 'lag') this.#lag = heard;
    for (const look of [...this.#waiting]) look(heard);
  }
}

/** Credentials are filled in here and nowhere before: what the run keeps and writes has their names only. Marks are written down, and never ask for one. */
function revealed(_: string, value: unknown): unknown {
  return typeof value === 'string' ? reveal(value, process.env) : value;
}
