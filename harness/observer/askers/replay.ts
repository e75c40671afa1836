import type pg from 'pg';
import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';
import { connectSql, drop } from '../sql-client.ts';

/** A message in the log, which touches no table, so that there is something to replay; and how far the standby has replayed, as the primary hears from it. */
const SAY = "select pg_wal_lsn_diff(pg_logical_emit_message(true, 'faultline', ''), '0/0')::float8 as written";
const LOOK = `select pg_wal_lsn_diff(replay_lsn, '0/0')::float8 as replayed from pg_stat_replication
  where host(client_addr) = $1 or lower(replace(application_name, '_', '-')) = $2`;

/** A slow answer is late news; whoever watches notices by itself that none comes. */
const PATIENCE_MS = 3000;

/** Whether a standby replays what it receives, asked at the primary: well while it has replayed all that was written `within_ms` ago. A primary that does not answer tells nothing of its standby. */
export function askReplay({ addresses, login, standby, within_ms }: Extract<ResolvedProbe, { kind: 'replay' }>): Asker {
  let client: pg.Client | null = null;
  let tried = 0;
  let written: { at: number; lsn: number }[] = [];
  return {
    async ask() {
      try {
        if (client === null) {
          const address = addresses[tried++ % addresses.length];
          if (address === undefined) return { well: false, how: 'there is nobody who could be the primary' };
          client = connectSql(address, login, PATIENCE_MS);
          await client.connect();
          written = [];
        }
        const { rows } = await client.query(LOOK, [standby.host, standby.name]);
        const replayed = (rows[0] as { replayed: number | null } | undefined)?.replayed ?? null;
        if (replayed === null) {
          // Perhaps another leads by now.
          if (addresses.length > 1) {
            drop(client);
            client = null;
          }
          return { well: false, how: `the primary knows no standby ${standby.name}` };
        }
        const now = performance.now();
        written = written.filter(({ lsn }) => lsn > replayed);
        // One that waits tells enough; more of them would only fill the log.
        if (written.length < 3) {
          const said = await client.query(SAY);
          written.push({ at: now, lsn: (said.rows[0] as { written: number }).written });
        }
        const behind_ms = now - (written[0]?.at ?? now);
        return { well: behind_ms < within_ms, how: `what was written ${Math.round(behind_ms)} ms ago is not replayed by ${standby.name}` };
      } catch (error) {
        if (client !== null) drop(client);
        client = null;
        return { well: false, how: (error as Error).message, mute: true };
      }
    },
    close() {
      if (client !== null) drop(client);
    },
  };
}
