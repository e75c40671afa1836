import type { FaultDefinition } from '../definition.ts';
import { eyesOf, onName } from './on-name.ts';

/** A wrong answer: another address, or that there is no such name. */
export const wrong: FaultDefinition = {
  kind: 'names-wrong',
  does: 'the answer for a name is the address of `to`, or that there is no such name',
  family: 'names',
  touches: 'new',
  needs: ['names', 'namespaces'],
  seen_by: 'the answers of the name server and those of a resolver beside a service; another name stays well',
  undone_by: 'taking it from the name server, which then forgets what it remembered of the name',
  eyes: eyesOf,
  injection(aim) {
    const to = aim.fault.with?.['to'];
    const ip = typeof to === 'string' ? (aim.place.instances.get(to)?.address().host ?? null) : null;
    const done = ip === null ? 'said not to exist' : `given as ${ip}`;
    return onName(aim, { tell: [['spoiled', { do: 'wrong', ip }]], means: 'gives its address', done });
  },
};
