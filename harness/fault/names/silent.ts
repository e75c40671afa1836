import type { FaultDefinition } from '../definition.ts';
import { eyesOf, onName } from './on-name.ts';

/** A name server that answers nothing for a name: whoever asks waits as long as its resolver does. */
export const silent: FaultDefinition = {
  kind: 'names-silent',
  does: 'questions for a name are not answered',
  family: 'names',
  touches: 'new',
  needs: ['names', 'namespaces'],
  seen_by: 'the answers of the name server and those of a resolver beside a service; another name stays well',
  undone_by: 'taking it from the name server, which then forgets what it remembered of the name',
  eyes: eyesOf,
  injection: (aim) => onName(aim, { tell: [['spoiled', { do: 'silent' }]], means: 'gives its address', done: 'no answer' }),
};
