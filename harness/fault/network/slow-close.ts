import { heavy } from './link-probe.ts';
import { ms, toxicFault } from './toxic.ts';

const EVERY_MS = 50;

/** The end of a connection, said by the service, reaches the user late. */
export const slowClose = toxicFault({
  kind: 'slow-close',
  does: 'a connection that the service closed is closed for the user only after a while',
  seen_by: 'a connection through the link that asks for its end has not ended within nine tenths of the delay',
  toxics: (given) => [{ type: 'slow_close', attributes: { delay: ms(given['delay']) } }],
  sight(given, _, probe, { address }) {
    const within_ms = Math.max(1, Math.floor(ms(given['delay']) * 0.9));
    return {
      probe: heavy(probe, address, 1, 'from', within_ms),
      means: `a connection through the link ends within ${within_ms} ms of its only question`,
      every_ms: EVERY_MS,
    };
  },
});
