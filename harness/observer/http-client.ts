import net from 'node:net';
import type { HttpStep, PlannedFresh } from '../model/journey.ts';
import type { Address } from '../model/runtime.ts';
import { type Filling, fillIn, template } from './fill-in.ts';
import { HttpAnswer } from './http-answer.ts';
import { type Answer, httpStatus, STALE, wireError } from './outcome.ts';
import { at } from './pointer.ts';

const SWEEP_MS = 20;
/** How long a connection that is done may wait for the server to close it first: whoever closes first keeps the port for a minute. */
const LINGER_MS = 1000;
const OK: Answer = { outcome: 'ok' };

/**
 * The HTTP client of one stream: a new connection for each operation, or connections that are kept. On sockets of its own, because the general client takes longer for a request than
 * most services for their answer.
 */
export class HttpClient {
  readonly #address: Address;
  readonly #pooled: boolean;
  readonly #wanted: boolean;
  readonly #request: (filling: Filling) => string;
  readonly #judge: (answer: HttpAnswer, filling: Filling) => Answer;
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();

  constructor(address: Address, connection: 'fresh' | 'pooled', step: HttpStep, fresh?: PlannedFresh) {
    this.#address = address;
    this.#pooled = connection === 'pooled';
    this.#wanted = wantsBody(step, fresh);
    this.#request = requestOf(step, address, this.#pooled);
    this.#judge = judgeOf(step, fresh);
  }

  /** Performs one operation and tells `done` of it, exactly once; never throws. Gives up after `timeout_ms`. */
  perform(filling: Filling, timeout_ms: number, done: (answer: Answer) => void): void {
    const deadline = performance.now() + timeout_ms;
    const connection = this.#free.pop() ?? this.#connect();
    connection.perform(this.#request(filling), deadline, (answer) => {
      done(answer instanceof HttpAnswer ? this.#judge(answer, filling) : answer);
    });
  }

  close(): void {
    for (const connection of this.#all) connection.destroy();
  }

  #connect(): Connection {
    const connection: Connection = new Connection(this.#address, this.#pooled, this.#wanted, {
      free: () => this.#free.push(connection),
      gone: () => {
        this.#all.delete(connection);
        const place = this.#free.indexOf(connection);
        if (place >= 0) this.#free.splice(place, 1);
      },
    });
    this.#all.add(connection);
    return connection;
  }
}

/** Connections with a deadline, all clients' together: one timer, not one for each operation. */
const timed = new Set<Connection>();
let sweeping = false;

/** All reads go through here: what is read is used up before the next read. */
const READ = Buffer.allocUnsafeSlow(64 << 10);

class Connection {
  readonly #socket: net.Socket;
  readonly #keep: boolean;
  readonly #wanted: boolean;
  readonly #owner: { readonly free: () => void; readonly gone: () => void };
  readonly #answer = new HttpAnswer();
  #connected = false;
  #done: ((answer: Answer | HttpAnswer) => void) | null = null;
  #deadline = Number.POSITIVE_INFINITY;

  constructor({ host, port }: Address, keep: boolean, wanted: boolean, owner: { readonly free: () => void; readonly gone: () => void }) {
    this.#keep = keep;
    this.#wanted = wanted;
    this.#owner = owner;
    this.#socket = net.connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: READ,
        callback: (length: number) => {
          this.#read(length);
          return true;
        },
      },
    });
    this.#socket.once('connect', () => {
      this.#connected = true;
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#settle(wireError(error, this.#connected)));
    this.#socket.once('end', () => this.#ended());
    this.#socket.once('close', () => {
      timed.delete(this);
      this.#owner.gone();
      this.#ended();
    });
  }

  perform(request: string, deadline: number, done: (answer: Answer | HttpAnswer) => void): void {
    this.#done = done;
    this.#deadline = deadline;
    this.#answer.begin(this.#wanted);
    timed.add(this);
    if (!sweeping) setInterval(sweepAll, SWEEP_MS).unref();
    sweeping = true;
    this.#socket.write(request);
  }

  expire(at: number): void {
    if (at < this.#deadline) return;
    this.#settle(this.#connected ? { outcome: 'ind', error: 'timeout' } : { outcome: 'fail', error: 'connect_timeout' });
    this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(length: number): void {
    if (this.#done === null) {
      // A server that speaks unasked cannot be understood.
      this.destroy();
      return;
    }
    const state = this.#answer.take(READ, length);
    if (state === 'more') return;
    if (state === 'broken') {
      this.#settle({ outcome: 'ind', error: 'no_http' });
      this.destroy();
      return;
    }
    this.#settle(this.#answer);
    if (!this.#keep) this.#linger();
    else if (this.#answer.keep) this.#owner.free();
    else this.destroy();
  }

  #linger(): void {
    this.#deadline = performance.now() + LINGER_MS;
    timed.add(this);
  }

  #ended(): void {
    if (this.#done === null) return;
    if (this.#answer.closed()) this.#settle(this.#answer);
    else this.#settle(this.#answer.begun ? { outcome: 'ind', error: 'cut_short' } : wireError(HUNG_UP, this.#connected));
    this.destroy();
  }

  #settle(answer: Answer | HttpAnswer): void {
    const done = this.#done;
    if (done === null) return;
    this.#done = null;
    timed.delete(this);
    done(answer);
  }
}

const HUNG_UP: NodeJS.ErrnoException = Object.assign(new Error('the server closed the connection'), { code: 'ECONNRESET' });

function sweepAll(): void {
  const at = performance.now();
  for (const connection of timed) connection.expire(at);
}

/** A request as text, with places filled in for each operation; one without any is made once. */
function requestOf(step: HttpStep, address: Address, keep: boolean): (filling: Filling) => string {
  const request = requestWithPlaces(step, address, keep);
  const places = [step.path, step.body ?? '', ...Object.values(step.headers)].some((text) => text.includes('{'));
  if (places) return request;
  const always = request({ id: '', value: '', writer: '', seq: 0 });
  return () => always;
}

function requestWithPlaces(step: HttpStep, { host, port }: Address, keep: boolean): (filling: Filling) => string {
  const named = new Set(Object.keys(step.headers).map((name) => name.toLowerCase()));
  const lines = [
    ...(named.has('host') ? [] : [`host: ${host.includes(':') ? `[${host}]` : host}:${port}`]),
    ...Object.entries(step.headers).map(([name, value]) => `${name}: ${value}`),
    ...(named.has('connection') ? [] : [`connection: ${keep ? 'keep-alive' : 'close'}`]),
  ];
  const head = template(`${step.method} ${step.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n`);
  if (step.body === undefined)
    return (filling) => `${head(filling)}${step.method === 'GET' || step.method === 'DELETE' ? '' : 'content-length: 0\r\n'}\r\n`;
  const body = template(step.body);
  return (filling) => {
    const text = body(filling);
    return `${head(filling)}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  };
}

function wantsBody({ ok, who }: HttpStep, fresh: PlannedFresh | undefined): boolean {
  return fresh !== undefined || ok.body_has !== undefined || who.server !== undefined || who.timeline !== undefined;
}

function judgeOf(step: HttpStep, fresh: PlannedFresh | undefined): (answer: HttpAnswer, filling: Filling) => Answer {
  const { status, body_has } = step.ok;
  const wanted = wantsBody(step, fresh);
  return (answer, filling) => {
    if (!status.includes(answer.status)) return httpStatus(answer.status);
    if (!wanted) return OK;
    const text = answer.body;
    const { server, timeline } = step.who;
    const document = server === undefined && timeline === undefined && fresh === undefined ? undefined : parsed(text);
    const who = whoAnswered(step, document);
    if (body_has !== undefined && !text.includes(fillIn(body_has, filling)))
      return { outcome: 'ok', wrongBody: true, error: 'wrong_body', ...who };
    if (fresh === undefined) return { outcome: 'ok', ...who };
    const age = ageOf(document, fresh);
    if (age === null) return { outcome: 'ok', wrongBody: true, error: 'no_age', ...who };
    return age > fresh.within ? { outcome: 'ok', error: STALE, ...who } : { outcome: 'ok', ...who };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON: nobody says who answered, or how old it is.
    return undefined;
  }
}

function whoAnswered(step: HttpStep, document: unknown): { server?: string; timeline?: number } {
  const { server, timeline } = step.who;
  const name = server === undefined ? undefined : at(document, server);
  const line = timeline === undefined ? undefined : at(document, timeline);
  return { ...(typeof name === 'string' ? { server: name } : {}), ...(typeof line === 'number' ? { timeline: line } : {}) };
}

/** How old an answer says that it is, in seconds; null when it does not. */
function ageOf(document: unknown, fresh: PlannedFresh): number | null {
  if ('age' in fresh) {
    const age = at(document, fresh.age);
    return typeof age === 'number' && Number.isFinite(age) ? age : null;
  }
  const [time, now] = [secondsAt(document, fresh.time), secondsAt(document, fresh.now)];
  return Number.isFinite(now - time) ? now - time : null;
}

/** A moment by the server's clock, as a text or a number of seconds; NaN when there is none. */
function secondsAt(document: unknown, pointer: string): number {
  const value = at(document, pointer);
  return typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) / 1000 : Number.NaN;
}
