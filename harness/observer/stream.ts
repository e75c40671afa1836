import { createHash } from 'node:crypto';
import { now } from './clock.ts';
import { type Filling, HttpClient } from './http-client.ts';
import type { Answer } from './outcome.ts';
import type { Output } from './output.ts';
import type { ResolvedStream } from './protocol.ts';
import { SqlClient } from './sql-client.ts';

const IN_FLIGHT_LIMIT = 2000;
const MS = 1e6;

/** The value of an operation: the first 12 hex digits of sha256(`<salt>:<id>`), so that anybody can compute what was written. */
export function valueFor(salt: string, id: string): string {
  return createHash('sha256').update(`${salt}:${id}`).digest('hex').slice(0, 12);
}

/** Ids of writes that were acknowledged lately, for reads to ask for. */
export class RecentIds {
  readonly #ids: string[] = [];
  #next = 0;

  add(id: string): void {
    this.#ids[this.#next++ % 256] = id;
  }

  any(n: number): string | undefined {
    return this.#ids.length === 0 ? undefined : this.#ids[n % this.#ids.length];
  }
}

/** What all streams count together, for the display. */
export interface Tally {
  done: number;
  good: number;
  /** Per open stream: since when (ns) it has had no good answer, null while it is well. */
  readonly downSince: Map<string, number | null>;
}

/** One journey's load by one writer, open or closed, recording each operation as a line. */
export class Stream {
  readonly #spec: ResolvedStream;
  readonly #token: string;
  readonly #output: Output;
  readonly #recent: RecentIds;
  readonly #tally: Tally;
  readonly #client: HttpClient | SqlClient;
  readonly #head: string;
  #next = 0;
  #recorded = 0;
  #inFlight = 0;
  #begun = 0;
  #stopping = false;
  #timer: NodeJS.Timeout | null = null;
  #loop: Promise<void> | null = null;
  #idle: (() => void) | null = null;

  constructor(spec: ResolvedStream, token: string, output: Output, recent: RecentIds, tally: Tally) {
    this.#spec = spec;
    this.#token = token;
    this.#output = output;
    this.#recent = recent;
    this.#tally = tally;
    this.#client = spec.http !== null ? new HttpClient(spec.address, spec.connection) : new SqlClient(spec.address, spec.connection);
    this.#head = `{"k":"op","j":"${spec.journey}","w":"${spec.writer}","n":`;
  }

  get journey(): string {
    return this.#spec.journey;
  }

  start(): void {
    const { journey, writer, kind, load, every_ns, deadline_ns, address, offset_ns } = this.#spec;
    this.#begun = now() + offset_ns;
    this.#output.event({
      k: 'stream',
      at: now(),
      j: journey,
      w: writer,
      kind,
      load,
      every: every_ns,
      deadline: deadline_ns,
      target: `${address.host}:${address.port}`,
    });
    if (load === 'open') {
      this.#tally.downSince.set(`${journey}/${writer}`, null);
      this.#arm();
    } else this.#loop = this.#closed();
  }

  /** Stops sending; done when the last answer came or its time ran out. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#loop;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#client.close();
    this.#tally.downSince.delete(`${this.#spec.journey}/${this.#spec.writer}`);
    this.#output.event({
      k: 'stream_end',
      at: now(),
      j: this.#spec.journey,
      w: this.#spec.writer,
      scheduled: this.#next,
      recorded: this.#recorded,
    });
  }

  /** The lattice: operation n is due at begun + n × every, whatever the others do. A timer that wakes late sends all that is due. */
  #arm(): void {
    const due = this.#begun + this.#next * this.#spec.every_ns;
    this.#timer = setTimeout(
      () => {
        const { every_ns, give_up_ns } = this.#spec;
        for (let at = now(); !this.#stopping && this.#begun + this.#next * every_ns <= at; at = now()) {
          const n = this.#next++;
          const scheduled = this.#begun + n * every_ns;
          if (at - scheduled > give_up_ns || this.#inFlight >= IN_FLIGHT_LIMIT) this.#record(n, scheduled, -1, -1, null, undefined);
          else void this.#send(n, scheduled);
        }
        if (!this.#stopping) this.#arm();
      },
      Math.max(0, (due - now()) / MS),
    );
  }

  async #closed(): Promise<void> {
    while (!this.#stopping) {
      const n = this.#next++;
      const due = n === 0 ? this.#begun : now();
      if (due > now()) await sleep((due - now()) / MS);
      if (this.#stopping) {
        this.#next -= 1;
        return;
      }
      const sent = now();
      const answer = await this.#send(n, sent);
      const rest_ms =
        answer.outcome === 'ok' ? (sent + this.#spec.every_ns - now()) / MS : Math.max((sent + this.#spec.every_ns - now()) / MS, 20);
      if (rest_ms > 0) await sleep(rest_ms);
    }
  }

  async #send(n: number, scheduled: number): Promise<Answer> {
    const { journey, writer, kind, salt, give_up_ns, http, sql } = this.#spec;
    const own = `${this.#token}.${journey}.${writer}.${n}`;
    const write = kind === 'write';
    const value = write ? valueFor(salt, own) : '';
    const filling: Filling = { id: write ? own : (this.#recent.any(n) ?? own), value, writer, seq: n };
    this.#inFlight += 1;
    const sent = now();
    const timeout_ms = Math.max(1, (scheduled + give_up_ns - sent) / MS);
    const answer =
      this.#client instanceof HttpClient && http !== null
        ? await this.#client.perform(http, filling, timeout_ms)
        : this.#client instanceof SqlClient && sql !== null
          ? await this.#client.perform(sql, filling, timeout_ms)
          : impossible(journey);
    const completed = now();
    this.#inFlight -= 1;
    this.#record(n, scheduled, sent - scheduled, completed - scheduled, answer, write ? value : undefined);
    if (write && answer.outcome === 'ok') this.#recent.add(own);
    if (this.#inFlight === 0) this.#idle?.();
    return answer;
  }

  #record(n: number, s: number, x: number, c: number, answer: Answer | null, v: string | undefined): void {
    const outcome = answer?.outcome ?? 'ns';
    let line = `${this.#head}${n},"s":${s},"x":${x},"c":${c},"o":"${outcome}"`;
    if (answer?.error !== undefined) line += `,"e":${JSON.stringify(answer.error)}`;
    if (answer?.server !== undefined) line += `,"a":${JSON.stringify(answer.server)}`;
    if (answer?.timeline !== undefined) line += `,"l":${answer.timeline}`;
    if (v !== undefined) line += `,"v":"${v}"`;
    if (answer?.wrongBody === true) line += ',"b":1';
    this.#output.raw(`${line}}`);
    this.#recorded += 1;
    const good = outcome === 'ok' && answer?.wrongBody !== true && c <= this.#spec.deadline_ns;
    this.#tally.done += 1;
    if (good) this.#tally.good += 1;
    const key = `${this.#spec.journey}/${this.#spec.writer}`;
    if (this.#tally.downSince.has(key)) this.#tally.downSince.set(key, good ? null : (this.#tally.downSince.get(key) ?? s));
  }
}

function impossible(journey: string): never {
  throw new Error(`journey ${journey} says neither http nor sql`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
