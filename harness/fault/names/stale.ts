import type { FaultDefinition } from '../definition.ts';
import { eyesOf, onName } from './on-name.ts';

/** An answer that stays: the name moves to another service, and the old address is handed out still, to be kept for long. Where it moved is known to the authority alone. */
export const stale: FaultDefinition = {
  kind: 'names-stale',
  does: 'the name moves to `to`, and its old address is handed out still, to be kept for `ttl`',
  family: 'names',
  touches: 'new',
  needs: ['names', 'namespaces'],
  seen_by: 'the answers of the name server and those of a resolver beside a service; another name stays well',
  undone_by: 'taking it from the name server, which then forgets what it remembered of the name',
  eyes: eyesOf,
  injection(aim) {
    const { to, ttl } = aim.fault.with ?? {};
    const ip = aim.place.instances.get(String(to))?.address().host ?? '';
    return onName(aim, {
      // It stays as it was before it moves, and moves back before what was remembered is forgotten.
      tell: [
        ['spoiled', { do: 'stale', ttl_s: Number(ttl) }],
        ['moved', { ip }],
      ],
      well: ({ authority }) => ({ as: authority }),
      means: 'gives the address that the authority gives',
      done: `moved to ${ip}, and the old address handed out for ${Number(ttl)} s more`,
    });
  },
};
