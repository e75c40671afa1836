import { like } from './link-probe.ts';
import { ms, toxicFault } from './toxic.ts';

/** Connections are reset at their first byte (those that were open are closed at their next one: toxiproxy can reset only what began after). */
export const reset = toxicFault({
  kind: 'reset',
  does: 'connections of a link are reset at their next byte',
  seen_by: 'questions through the link, each on a connection of its own, are cut off',
  toxics: (given) => [{ type: 'reset_peer', attributes: { timeout: ms(given['wait']) } }],
  sight: (_, __, probe, { address }) => ({
    probe: like(probe, address, { fresh: true }),
    means: 'a question through the link on a connection of its own is answered',
  }),
});
