import type pg from 'pg';
import type { ClusterEvent } from '../model/event.ts';
import { now } from './clock.ts';
import type { Output } from './output.ts';
import type { Command } from './protocol.ts';
import { connectSql, drop } from './sql-client.ts';

const ASK_WITHIN_MS = 300;
const LAG_EVERY_MS = 100;
const LAG = `select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::float8 as flushed,
  (select coalesce(json_object_agg(coalesce(nullif(application_name, ''), host(client_addr)), pg_wal_lsn_diff(flush_lsn, '0/0')::float8), '{}')
     from pg_stat_replication where state = 'streaming' and flush_lsn is not null) as standbys`;

type ClusterCommand = Extract<Command, { do: 'cluster' }>;

/** Follows what the cluster says of itself, and replication as its leader sees it. */
export class ClusterWatch {
  readonly #command: ClusterCommand;
  readonly #output: Output;
  #stopped = false;
  #preferred = 0;
  #said = '';
  #saidAt = 0;
  #leader: string | null = null;
  #sql: { client: pg.Client; member: string } | null = null;

  constructor(command: ClusterCommand, output: Output) {
    this.#command = command;
    this.#output = output;
    void this.#poll();
    void this.#followLag();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#sql !== null) drop(this.#sql.client);
  }

  async #poll(): Promise<void> {
    const { ask, every_ms } = this.#command;
    while (!this.#stopped) {
      const begun = performance.now();
      for (let i = 0; i < ask.length && !this.#stopped; i++) {
        const who = ask[(this.#preferred + i) % ask.length];
        if (who === undefined) break;
        const seen = await askOne(who);
        if (seen === null) continue;
        this.#preferred = (this.#preferred + i) % ask.length;
        this.#tell(seen);
        break;
      }
      await sleep(Math.max(10, every_ms - (performance.now() - begun)));
    }
  }

  #tell(seen: ClusterEvent): void {
    this.#leader = seen.leader;
    // Positions change all the time: told once a second; everything else as it happens.
    const said = JSON.stringify([
      seen.leader,
      seen.timeline,
      seen.members.map(({ name, role, state, timeline }) => [name, role, state, timeline]),
    ]);
    if (said === this.#said && seen.at - this.#saidAt < 1e9) return;
    this.#said = said;
    this.#saidAt = seen.at;
    this.#output.event(seen);
  }

  async #followLag(): Promise<void> {
    while (!this.#stopped) {
      await sleep(LAG_EVERY_MS);
      if (this.#leader !== null) await this.#lag(this.#leader).catch(() => this.#dropSql());
    }
  }

  async #lag(leader: string): Promise<void> {
    const address = this.#command.sql[leader];
    if (address === undefined) return;
    if (this.#sql?.member !== leader) {
      this.#dropSql();
      const client = connectSql(address, this.#command.login, 1000);
      this.#sql = { client, member: leader };
      await client.connect();
    }
    const { rows } = await this.#sql.client.query(LAG);
    const { flushed, standbys } = rows[0] as { flushed: number; standbys: Record<string, number> };
    this.#output.event({ k: 'lag', at: now(), leader, flushed, standbys: this.#byMember(standbys) });
  }

  /** Standbys call themselves by their member's name, perhaps with underscores or in capitals, or are known by their address. */
  #byMember(standbys: Record<string, number>): Record<string, number> {
    const plain = (name: string) => name.toLowerCase().replaceAll('_', '-');
    const members = Object.entries(this.#command.sql);
    return Object.fromEntries(
      Object.entries(standbys).map(([name, position]) => [
        members.find(([member, { host }]) => member === plain(name) || host === name)?.[0] ?? name,
        position,
      ]),
    );
  }

  #dropSql(): void {
    if (this.#sql !== null) drop(this.#sql.client);
    this.#sql = null;
  }
}

async function askOne({ member, url }: { member: string; url: string }): Promise<ClusterEvent | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ASK_WITHIN_MS) });
    if (!answer.ok) return null;
    const document = (await answer.json()) as {
      members?: { name: string; role: string; state?: string; timeline?: number; lag?: number | string }[];
    };
    const members = (document.members ?? []).map(({ name, role, state, timeline, lag }) => ({
      name,
      role,
      state: state ?? 'unknown',
      timeline: timeline ?? null,
      lag: typeof lag === 'number' ? lag : null,
    }));
    const leader = members.find((each) => each.role === 'leader' || each.role === 'master' || each.role === 'primary');
    return { k: 'cluster', at: now(), asked: member, leader: leader?.name ?? null, timeline: leader?.timeline ?? null, members };
  } catch {
    // Dead, slow or talking nonsense: the next member is asked.
    return null;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
