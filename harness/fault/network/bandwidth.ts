import { heavy } from './link-probe.ts';
import { toxicFault } from './toxic.ts';

/** So long what is asked takes at least through the limit: longer than a busy machine takes without it. */
const TAKES_S = 0.5;
const EVERY_MS = 250;

/** Limits each connection of a link to so many kilobytes a second. */
export const bandwidth = toxicFault({
  kind: 'bandwidth',
  does: 'limits each connection of a link to so many kilobytes a second, each way',
  seen_by: 'a question through the link that carries half a second of it takes longer than four tenths',
  toxics: (given) => [{ type: 'bandwidth', attributes: { rate: Number(given['kilobytes_per_s']) } }],
  sight(given, way, probe, { address }) {
    const bytes = Math.ceil(Number(given['kilobytes_per_s']) * 1000 * TAKES_S);
    const within_ms = TAKES_S * 800;
    return {
      probe: heavy(probe, address, bytes, way, within_ms),
      means: `${bytes} bytes pass the link within ${within_ms} ms`,
      every_ms: EVERY_MS,
    };
  },
});
