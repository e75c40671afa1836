import dgram from 'node:dgram';
import type { Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

const SAID = 8;
const SILENCE_MS = 300;

/**
 * Counts the packets of a beacon. Packets are due by the beacon's own numbers and, once it is silent, by the time that went by: a packet that was lost is missing although nobody says so. The
 * answer speaks of the last `over_ms`.
 */
export function askBeacon({ port, every_ms, over_ms, most_missing }: Extract<ResolvedProbe, { kind: 'beacon' }>): Asker {
  const heard: { readonly n: number; readonly at: number }[] = [];
  let refused: string | null = null;
  const socket = dgram.createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('error', (error) => {
    refused = error.message;
  });
  socket.on('message', (message) => {
    if (message.length < SAID) return;
    const at = performance.now();
    heard.push({ n: Number(message.readBigUInt64BE(0)), at });
    while ((heard[0]?.at ?? at) < at - 2 * over_ms - 1000) heard.shift();
  });
  socket.bind(port);
  return {
    ask() {
      if (refused !== null) return Promise.resolve({ well: false, how: refused });
      const at = performance.now();
      const last = heard.at(-1);
      if (last === undefined) return Promise.resolve({ well: false, how: 'no packet yet', over_ms });
      const silence_ms = at - last.at;
      // Numbers tell how many were due until the last that came. A short silence may be a busy machine's; a long one counts.
      const overdue = silence_ms > SILENCE_MS ? Math.floor(silence_ms / every_ms) : 0;
      const due = Math.round(over_ms / every_ms);
      const from = last.n + overdue - due;
      const came = new Set(heard.flatMap(({ n }) => (n > from ? [n] : []))).size;
      const known = heard[0] !== undefined && heard[0].n <= from + 1 + due * 0.1;
      const missing = 1 - came / due;
      const how = `${Math.round(missing * 100)} % of ${due} packets missing${overdue > 0 ? `, none for ${Math.round(silence_ms)} ms` : ''}`;
      return Promise.resolve({
        well: known && missing <= most_missing,
        how: known ? how : `${how}, not heard for long enough yet`,
        over_ms,
        ...(overdue > 0 ? { silent: true as const } : {}),
      });
    },
    close() {
      socket.close();
    },
  };
}
