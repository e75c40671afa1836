import http from 'node:http';
import type { HttpStep } from '../model/journey.ts';
import type { Address } from '../model/runtime.ts';
import { type Answer, httpStatus, wireError } from './outcome.ts';
import { at } from './pointer.ts';

const BODY_LIMIT = 1 << 20;

/** What is filled in for each operation. */
export interface Filling {
  readonly id: string;
  readonly value: string;
  readonly writer: string;
  readonly seq: number;
}

/** Replaces `{id}`, `{value}`, `{writer}` and `{seq}`. */
export function fillIn(text: string, { id, value, writer, seq }: Filling): string {
  return text.includes('{')
    ? text.replaceAll('{id}', id).replaceAll('{value}', value).replaceAll('{writer}', writer).replaceAll('{seq}', String(seq))
    : text;
}

/** A client of one stream: with a new connection for each operation, or connections that are kept. */
export class HttpClient {
  readonly #address: Address;
  readonly #agent: http.Agent;

  constructor(address: Address, connection: 'fresh' | 'pooled') {
    this.#address = address;
    this.#agent = new http.Agent(
      connection === 'fresh'
        ? { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY }
        : { keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64 },
    );
  }

  /** Performs one operation; never throws. Gives up after `timeout_ms`. */
  perform(step: HttpStep, filling: Filling, timeout_ms: number): Promise<Answer> {
    return new Promise((resolve) => {
      const body = step.body === undefined ? null : fillIn(step.body, filling);
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(step.headers)) headers[name] = fillIn(value, filling);
      if (body !== null) headers['content-length'] = String(Buffer.byteLength(body));
      let connected = false;
      let settled = false;
      const settle = (answer: Answer) => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        resolve(answer);
      };
      const request = http.request({
        host: this.#address.host,
        port: this.#address.port,
        method: step.method,
        path: fillIn(step.path, filling),
        headers,
        agent: this.#agent,
      });
      const timer = setTimeout(() => {
        settle(connected ? { outcome: 'ind', error: 'timeout' } : { outcome: 'fail', error: 'connect_timeout' });
        request.destroy();
      }, timeout_ms);
      request.on('socket', (socket) => {
        socket.setNoDelay(true);
        // A connection that was kept is connected already: what fails on it may have arrived.
        if (socket.connecting) socket.once('connect', () => (connected = true));
        else connected = true;
      });
      request.on('error', (error: NodeJS.ErrnoException) => settle(wireError(error, connected)));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (text.length < BODY_LIMIT) text += chunk;
        });
        response.on('aborted', () => settle({ outcome: 'ind', error: 'cut_short' }));
        response.on('error', () => settle({ outcome: 'ind', error: 'cut_short' }));
        response.on('end', () => settle(judgeAnswer(step, filling, response.statusCode ?? 0, text)));
      });
      request.end(body ?? undefined);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function judgeAnswer(step: HttpStep, filling: Filling, status: number, text: string): Answer {
  if (!step.ok.status.includes(status)) return httpStatus(status);
  const who = whoAnswered(step, text);
  if (step.ok.body_has !== undefined && !text.includes(fillIn(step.ok.body_has, filling)))
    return { outcome: 'ok', wrongBody: true, error: 'wrong_body', ...who };
  return { outcome: 'ok', ...who };
}

function whoAnswered(step: HttpStep, text: string): { server?: string; timeline?: number } {
  const { server, timeline } = step.who;
  if (server === undefined && timeline === undefined) return {};
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    // No JSON: nobody says who answered.
    return {};
  }
  const name = server === undefined ? undefined : at(document, server);
  const line = timeline === undefined ? undefined : at(document, timeline);
  return { ...(typeof name === 'string' ? { server: name } : {}), ...(typeof line === 'number' ? { timeline: line } : {}) };
}
