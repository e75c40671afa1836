import { probeAt } from './link-probe.ts';
import { ms, toxicFault } from './toxic.ts';

/** Bytes vanish, connections stay open. Healing closes the connections that were open meanwhile: what they lost they cannot get back. */
export const blackHole = toxicFault({
  kind: 'black-hole',
  does: 'bytes on a link vanish and connections stay open; healing closes those that were open meanwhile',
  seen_by: 'questions through the link are not answered',
  toxics: (given) => [{ type: 'timeout', attributes: { timeout: given['closes'] === undefined ? 0 : ms(given['closes']) } }],
  sight: (_, __, probe, { address }) => ({ probe: probeAt(probe, address), means: 'a question through the link is answered' }),
});
