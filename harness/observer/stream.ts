import { hash } from 'node:crypto';
import { now } from './clock.ts';
import type { Filling } from './fill-in.ts';
import { HttpClient } from './http-client.ts';
import type { Lattice, Timed } from './lattice.ts';
import { type Answer, STALE } from './outcome.ts';
import type { Output } from './output.ts';
import type { ResolvedStream } from './protocol.ts';
import { SqlClient } from './sql-client.ts';

const IN_FLIGHT_LIMIT = 2000;
const NAME_LIMIT = 200;
const MS = 1e6;

/** The value of an operation: the first 12 hex digits of sha256(`<salt>:<id>`), so that anybody can compute what was written. */
export function valueFor(salt: string, id: string): string {
  return hash('sha256', `${salt}:${id}`, 'hex').slice(0, 12);
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

/** Acknowledged writes that are to be deleted again: every second one of a journey, once somebody asks for them. */
export class ToDelete {
  readonly #ids = new Map<string, { readonly waiting: string[]; next: number; seen: number }>();

  /** From now on this journey's acknowledgements are kept for deletion. */
  watch(journey: string): void {
    if (!this.#ids.has(journey)) this.#ids.set(journey, { waiting: [], next: 0, seen: 0 });
  }

  add(journey: string, id: string): void {
    const of = this.#ids.get(journey);
    if (of !== undefined && of.seen++ % 2 === 0) of.waiting.push(id);
  }

  /** The oldest that nobody took; each is given once. */
  take(journey: string): string | undefined {
    const of = this.#ids.get(journey);
    return of === undefined || of.next >= of.waiting.length ? undefined : of.waiting[of.next++];
  }
}

/** What all streams count together, for the display. */
export interface Tally {
  done: number;
  good: number;
  /** Per open stream: since when (ns) it has had no good answer, null while it is well. */
  readonly downSince: Map<string, number | null>;
}

/** What all streams share. */
export interface Shared {
  readonly token: string;
  readonly output: Output;
  readonly recent: RecentIds;
  readonly toDelete: ToDelete;
  readonly tally: Tally;
  readonly lattice: Lattice;
}

/** One journey's load by one writer, open or closed, recording each operation as a line. */
export class Stream implements Timed {
  readonly #spec: ResolvedStream;
  readonly #shared: Shared;
  readonly #name: string;
  readonly #perform: (filling: Filling, timeout_ms: number, done: (answer: Answer) => void) => void;
  readonly #client: { close(): void };
  readonly #head: string;
  #next = 0;
  #recorded = 0;
  #inFlight = 0;
  #begun = 0;
  #stopping = false;
  #loop: Promise<void> | null = null;
  #idle: (() => void) | null = null;

  constructor(spec: ResolvedStream, shared: Shared) {
    this.#spec = spec;
    this.#shared = shared;
    this.#name = `${spec.journey}/${spec.writer}`;
    if (spec.deletes !== undefined) shared.toDelete.watch(spec.deletes);
    this.#head = `{"k":"op","j":"${spec.journey}","w":"${spec.writer}","n":`;
    const { http, sql, address, connection, journey, fresh } = spec;
    if (http !== null) {
      const client = new HttpClient(address, connection, http, fresh);
      this.#client = client;
      this.#perform = (filling, timeout_ms, done) => client.perform(filling, timeout_ms, done);
    } else if (sql !== null) {
      const client = new SqlClient(address, connection);
      this.#client = client;
      this.#perform = (filling, timeout_ms, done) => void client.perform(sql, filling, timeout_ms).then(done);
    } else throw new Error(`journey ${journey} says neither http nor sql`);
  }

  get journey(): string {
    return this.#spec.journey;
  }

  /** The lattice: operation n is due at begun + n × every, whatever the others do. */
  get due(): number {
    return this.#begun + this.#next * this.#spec.every_ns;
  }

  get per_s(): number {
    return 1e9 / this.#spec.every_ns;
  }

  start(): void {
    const { journey, writer, kind, load, every_ns, deadline_ns, address, offset_ns } = this.#spec;
    const { output, tally, lattice } = this.#shared;
    this.#begun = now() + offset_ns;
    output.event({
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
      tally.downSince.set(this.#name, null);
      lattice.add(this);
    } else this.#loop = this.#closed();
  }

  /** Stops sending; done when the last answer came or its time ran out. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#shared.lattice.remove(this);
    await this.#loop;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    this.#client.close();
    this.#shared.tally.downSince.delete(this.#name);
    this.#shared.output.event({
      k: 'stream_end',
      at: now(),
      j: this.#spec.journey,
      w: this.#spec.writer,
      scheduled: this.#next,
      recorded: this.#recorded,
    });
  }

  /** Sends all that is due. Whoever wakes late sends several at once; what is too late even for that was not sent. */
  fire(at: number): void {
    const { give_up_ns } = this.#spec;
    for (let scheduled = this.due; scheduled <= at && !this.#stopping; scheduled = this.due) {
      const n = this.#next++;
      if (at - scheduled > give_up_ns || this.#inFlight >= IN_FLIGHT_LIMIT) this.#record(n, scheduled, -1, -1, null, '');
      else this.#send(n, scheduled, null, null);
    }
  }

  async #closed(): Promise<void> {
    while (!this.#stopping) {
      const n = this.#next++;
      const due = n === 0 ? this.#begun : now();
      if (due > now()) await sleep((due - now()) / MS);
      const victim = await this.#victim();
      if (this.#stopping) {
        this.#next -= 1;
        return;
      }
      const sent = now();
      const answer = await new Promise<Answer>((resolve) => this.#send(n, sent, victim, resolve));
      const rest_ms =
        answer.outcome === 'ok' ? (sent + this.#spec.every_ns - now()) / MS : Math.max((sent + this.#spec.every_ns - now()) / MS, 20);
      if (rest_ms > 0) await sleep(rest_ms);
    }
  }

  /** What to delete next, as soon as there is something; null for a journey that deletes nothing. */
  async #victim(): Promise<string | null> {
    const { deletes } = this.#spec;
    if (deletes === undefined) return null;
    for (;;) {
      const id = this.#shared.toDelete.take(deletes);
      if (id !== undefined || this.#stopping) return id ?? null;
      await sleep(5);
    }
  }

  #send(n: number, scheduled: number, victim: string | null, done: ((answer: Answer) => void) | null): void {
    const { journey, writer, kind, salt, give_up_ns } = this.#spec;
    const { token, recent, toDelete } = this.#shared;
    const write = kind === 'write' && victim === null;
    const own = `${token}.${journey}.${writer}.${n}`;
    const value = victim ?? (write ? valueFor(salt, own) : '');
    const filling: Filling = { id: victim ?? (write ? own : (recent.any(n) ?? own)), value, writer, seq: n };
    this.#inFlight += 1;
    const sent = now();
    this.#perform(filling, Math.max(1, (scheduled + give_up_ns - sent) / MS), (answer) => {
      const completed = now();
      this.#inFlight -= 1;
      this.#record(n, scheduled, sent - scheduled, completed - scheduled, answer, value);
      if (write && answer.outcome === 'ok') {
        recent.add(own);
        if (answer.wrongBody !== true) toDelete.add(journey, own);
      }
      if (this.#inFlight === 0) this.#idle?.();
      done?.(answer);
    });
  }

  #record(n: number, s: number, x: number, c: number, answer: Answer | null, v: string): void {
    const { output, tally } = this.#shared;
    let tail = TAILS[answer?.outcome ?? 'ns'];
    if (answer !== null) {
      const { error, server, timeline, wrongBody } = answer;
      if (error !== undefined) tail += `,"e":${ascii(error)}`;
      if (server !== undefined) tail += `,"a":${ascii(server.slice(0, NAME_LIMIT))}`;
      if (timeline !== undefined) tail += `,"l":${timeline}`;
      if (v !== '') tail += `,"v":"${v}"`;
      if (wrongBody === true) tail += ',"b":1';
    }
    output.operation(this.#head, n, s, x, c, `${tail}}`);
    this.#recorded += 1;
    const good = answer?.outcome === 'ok' && answer.wrongBody !== true && answer.error !== STALE && c <= this.#spec.deadline_ns;
    tally.done += 1;
    if (good) tally.good += 1;
    const since = tally.downSince.get(this.#name);
    if (since === undefined) return;
    if (good) {
      if (since !== null) tally.downSince.set(this.#name, null);
    } else if (since === null) tally.downSince.set(this.#name, s);
  }
}

const TAILS = { ok: ',"o":"ok"', fail: ',"o":"fail"', ind: ',"o":"ind"', ns: ',"o":"ns"' } as const satisfies Record<string, string>;

const spelled = new Map<string, string>();

/** A text as JSON in plain ASCII. The few that occur are kept. */
function ascii(text: string): string {
  let known = spelled.get(text);
  if (known === undefined) {
    known = JSON.stringify(text).replace(/[\u007f-\uffff]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
    if (spelled.size < 1000) spelled.set(text, known);
  }
  return known;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
