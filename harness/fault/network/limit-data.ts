import { heavy } from './link-probe.ts';
import { toxicFault } from './toxic.ts';

const EVERY_MS = 100;

/** A connection is closed once it carried so many bytes one way. */
export const limitData = toxicFault({
  kind: 'limit-data',
  does: 'a connection of a link is closed once it carried so many bytes one way',
  seen_by: 'a question through the link that carries more is cut off',
  toxics: (given) => [{ type: 'limit_data', attributes: { bytes: Number(given['bytes']) } }],
  sight(given, way, probe, { address }) {
    const bytes = Number(given['bytes']) * 1.2 + 200;
    return {
      probe: heavy(probe, address, Math.ceil(bytes), way, 10_000),
      means: `a connection through the link carries ${Math.ceil(bytes)} bytes and all is answered`,
      every_ms: EVERY_MS,
    };
  },
});
