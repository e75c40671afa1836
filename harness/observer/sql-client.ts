import { createRequire } from 'node:module';
import type pg from 'pg';
import type { SqlStep } from '../model/journey.ts';
import type { Address } from '../model/runtime.ts';
import type { Login } from '../model/system.ts';
import { type Filling, fillIn } from './fill-in.ts';
import { type Answer, sqlState, wireError } from './outcome.ts';

const TIMELINE =
  "select case when pg_is_in_recovery() then null else ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int end as timeline";

const require = createRequire(import.meta.url);

/** Loads the driver, 40 ms of work that an observer without SQL is spared at its start, and one with it must not meet while it measures. */
export function loadSql(): typeof pg {
  return require('pg') as typeof pg;
}

/** A connection to PostgreSQL with limits; every error of its own is silent, the caller's query sees it. */
export function connectSql(address: Address, login: Login, timeout_ms: number, options?: string): pg.Client {
  const { Client } = loadSql();
  const client = new Client({
    host: address.host,
    port: address.port,
    ...login,
    ssl: false,
    connectionTimeoutMillis: timeout_ms,
    query_timeout: timeout_ms,
    application_name: 'faultline-observer',
    ...(options === undefined ? {} : { options }),
  });
  client.on('error', () => undefined);
  return client;
}

/** A client of one stream over SQL; keeps its connection unless each operation is to have a fresh one. */
export class SqlClient {
  readonly #address: Address;
  readonly #fresh: boolean;
  #kept: { client: pg.Client; timeline: number | undefined; busy: boolean }[] = [];

  constructor(address: Address, connection: 'fresh' | 'pooled') {
    this.#address = address;
    this.#fresh = connection === 'fresh';
  }

  /** Performs one statement in a transaction of its own; never throws. Gives up after `timeout_ms`. */
  async perform(step: SqlStep, filling: Filling, timeout_ms: number): Promise<Answer> {
    const deadline = performance.now() + timeout_ms;
    let held = this.#fresh ? undefined : this.#kept.find((each) => !each.busy);
    if (held === undefined) {
      const client = connectSql(this.#address, step.login, timeout_ms);
      held = { client, timeline: undefined, busy: true };
      try {
        await client.connect();
        held.timeline = (await client.query(TIMELINE)).rows[0]?.timeline ?? undefined;
      } catch (error) {
        drop(client);
        // No statement was sent yet, so it did not happen, whatever the error.
        const { code, message } = error as NodeJS.ErrnoException;
        return {
          outcome: 'fail',
          error: code === undefined ? `connect_${message.slice(0, 16)}` : code.length === 5 ? `sql_${code}` : code,
        };
      }
      if (!this.#fresh) this.#kept.push(held);
    }
    held.busy = true;
    const { client } = held;
    let notice: string | undefined;
    const listen = (message: { code?: string | undefined }) => {
      notice = `notice_${message.code ?? '?'}`;
    };
    client.on('notice', listen);
    const left_ms = Math.max(1, deadline - performance.now());
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(Object.assign(new Error('timeout'), { code: 'timeout' })), left_ms);
      });
      await Promise.race([
        client.query(
          step.text,
          step.params.map((param) => fillIn(param, filling)),
        ),
        late,
      ]);
      held.busy = false;
      if (this.#fresh) drop(client);
      return { outcome: 'ok', error: notice, server: this.#address.host, timeline: held.timeline };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reported = error instanceof loadSql().DatabaseError && code !== undefined;
      // A statement that was refused leaves its connection sound; anything else does not.
      if (reported && !this.#fresh && !code.startsWith('57') && !code.startsWith('08')) held.busy = false;
      else {
        this.#kept = this.#kept.filter((each) => each !== held);
        drop(client);
      }
      return reported ? sqlState(code) : wireError(error as NodeJS.ErrnoException, true);
    } finally {
      clearTimeout(timer);
      client.off('notice', listen);
    }
  }

  close(): void {
    for (const each of this.#kept) drop(each.client);
    this.#kept = [];
  }
}

/** Ends a connection at once. */
export function drop(client: pg.Client): void {
  // end() would wait for an answer that a dead server never sends.
  (client as unknown as { connection?: { stream?: { destroy(): void } } }).connection?.stream?.destroy();
}
