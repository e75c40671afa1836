import http from 'node:http';
import net from 'node:net';
import type pg from 'pg';
import { askBeacon } from './askers/beacon.ts';
import { dateTells } from './askers/date.ts';
import { askDisk } from './askers/disk.ts';
import { askDns } from './askers/dns.ts';
import { askHandles } from './askers/handles.ts';
import { askBurst } from './askers/http-burst.ts';
import { askMemory } from './askers/memory.ts';
import { askProcessor } from './askers/processor.ts';
import { askRate } from './askers/rate.ts';
import { askReplay } from './askers/replay.ts';
import { askSteady } from './askers/steady.ts';
import { askTls } from './askers/tls.ts';
import type { ResolvedProbe } from './protocol.ts';
import { connectSql, drop } from './sql-client.ts';

/** One answer to a probe: `well` as the probe defines it, and what was seen, in words. */
export interface Answered {
  readonly well: boolean;
  readonly how: string;
  /** Not well because nothing came in time, or what came was late: a busy machine does so for a moment, too. */
  readonly silent?: true;
  /** The answer speaks of the last so many milliseconds, not of one moment. */
  readonly over_ms?: number;
  /** Nothing is known: who was asked did not answer, though it is not what the question is about, or one slow answer may be an accident. */
  readonly mute?: true;
}

/** Asks one question, on a connection of its own or a kept one. Never throws. */
export interface Asker {
  ask(timeout_ms: number): Promise<Answered>;
  close(): void;
}

/** An asker for a probe; with `keep`, connections are held between questions, so that their loss is seen at once. */
export function askerOf(probe: ResolvedProbe, keep: boolean): Asker {
  switch (probe.kind) {
    case 'http':
      return askHttp(probe, keep);
    case 'sql':
      return askSql(probe, keep);
    case 'tcp':
      return askTcp(probe);
    case 'http-burst':
      return askBurst(probe);
    case 'beacon':
      return askBeacon(probe);
    case 'processor':
      return askProcessor(probe);
    case 'memory':
      return askMemory(probe);
    case 'disk':
      return askDisk(probe);
    case 'handles':
      return askHandles(probe);
    case 'steady':
      return askSteady(probe, keep);
    case 'replay':
      return askReplay(probe);
    case 'dns':
      return askDns(probe);
    case 'tls':
      return askTls(probe);
    case 'rate':
      return askRate(probe);
  }
}

function askHttp(probe: Extract<ResolvedProbe, { kind: 'http' }>, keep: boolean): Asker {
  const agent = new http.Agent({ keepAlive: keep && probe.fresh !== true, scheduling: 'lifo' });
  const { host, port } = probe.address;
  const {
    method,
    path,
    headers = {},
    within_ms = Number.POSITIVE_INFINITY,
    body_has = '',
    body_not,
    date_within_ms,
    alert = false,
  } = probe;
  const mute = alert ? { mute: true as const } : {};
  return {
    ask: (timeout_ms) =>
      new Promise((resolve) => {
        const sent = performance.now();
        const request = http.request({ host, port, method, path, headers: { ...headers }, agent });
        const timer = setTimeout(() => {
          resolve({ well: false, how: `no answer for ${Math.round(timeout_ms)} ms`, silent: true, ...mute });
          request.destroy();
        }, timeout_ms);
        request.on('error', (error: NodeJS.ErrnoException) => {
          clearTimeout(timer);
          resolve({ well: false, how: error.code ?? error.message, ...mute });
        });
        request.on('response', (response) => {
          let text = '';
          // An alert may stand anywhere in a list of them.
          const most = alert ? 1 << 20 : 4000;
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += text.length < most ? chunk : ''));
          const status = response.statusCode ?? 0;
          response.on('end', () => {
            clearTimeout(timer);
            const took = performance.now() - sent;
            const slow = took > within_ms;
            const date = date_within_ms === undefined ? null : dateTells(response.headers.date, date_within_ms);
            const how = `HTTP ${status}${text === '' ? '' : ` ${text.slice(0, 120)}`}${slow ? `, complete after ${Math.round(took)} ms` : ''}${date === null ? '' : `, ${date.how}`}`;
            const right = text.includes(body_has) && (body_not === undefined || !text.includes(body_not));
            const asked = probe.status.includes(status) && right;
            const inOrder = asked && date?.well !== false;
            resolve({
              well: alert ? !asked : inOrder && !slow,
              how,
              ...(inOrder && slow && !alert ? { silent: true as const } : {}),
            });
          });
          response.on('error', (error: NodeJS.ErrnoException) => {
            clearTimeout(timer);
            clearTimeout(timer);
            resolve({ well: false, ...mute, how: `HTTP ${status}, then ${error.code ?? error.message}` });
          });
        });
        request.end();
      }),
    close: () => agent.destroy(),
  };
}

function askSql(probe: Extract<ResolvedProbe, { kind: 'sql' }>, keep: boolean): Asker {
  let free: pg.Client[] = [];
  return {
    async ask(timeout_ms) {
      const sent = performance.now();
      const client = free.pop() ?? connectSql(probe.address, probe.login, timeout_ms, probe.options);
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer for ${Math.round(timeout_ms)} ms`)), timeout_ms);
      });
      try {
        const work = (async () => {
          if (!connected.has(client)) {
            await client.connect();
            connected.add(client);
          }
          return await client.query(probe.text);
        })();
        work.catch(() => undefined);
        const { rowCount } = await Promise.race([work, late]);
        if (keep && probe.fresh !== true) free.push(client);
        else drop(client);
        const took = performance.now() - sent;
        const slow = took > (probe.within_ms ?? Number.POSITIVE_INFINITY);
        return {
          well: !slow,
          how: `${rowCount ?? 0} row${rowCount === 1 ? '' : 's'}${slow ? ` after ${Math.round(took)} ms` : ''}`,
          ...(slow ? { silent: true as const } : {}),
        };
      } catch (error) {
        drop(client);
        const { code, message } = error as NodeJS.ErrnoException;
        const silent = code === undefined && /^no answer|timeout/.test(message);
        return { well: false, how: code === undefined ? message : `${code} ${message}`, ...(silent ? { silent: true as const } : {}) };
      } finally {
        clearTimeout(timer);
        late.catch(() => undefined);
      }
    },
    close() {
      for (const client of free) drop(client);
      free = [];
    },
  };
}

const connected = new WeakSet<pg.Client>();

/** A new connection each time, beside one that is held: its end is death seen at once. */
function askTcp(probe: Extract<ResolvedProbe, { kind: 'tcp' }>): Asker {
  const { host, port } = probe.address;
  let held: net.Socket | null = null;
  let lost: string | null = null;
  const connect = (timeout_ms: number) =>
    new Promise<{ socket: net.Socket | null; how: string; silent?: true }>((resolve) => {
      const socket = net.connect({ host, port });
      const timer = setTimeout(() => {
        socket.destroy();
        resolve({ socket: null, how: `no connection for ${Math.round(timeout_ms)} ms`, silent: true });
      }, timeout_ms);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve({ socket, how: 'accepted' });
      });
      socket.once('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        resolve({ socket: null, how: error.code ?? error.message });
      });
    });
  return {
    async ask(timeout_ms) {
      if (lost !== null) {
        const how = lost;
        lost = null;
        return { well: false, how };
      }
      const { socket, how, silent } = await connect(timeout_ms);
      if (socket === null) return { well: false, how, ...(silent === undefined ? {} : { silent }) };
      if (held === null) {
        held = socket;
        socket.on('error', () => undefined);
        socket.resume();
        socket.once('close', () => {
          held = null;
          lost = 'connection closed';
        });
      } else socket.destroy();
      return { well: true, how };
    },
    close() {
      held?.removeAllListeners('close');
      held?.destroy();
    },
  };
}
