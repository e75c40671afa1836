import type { FaultDefinition } from '../definition.ts';
import { eyesOf, onName } from './on-name.ts';

/** Answers that come late, but right. */
export const slow: FaultDefinition = {
  kind: 'names-slow',
  does: 'the answer for a name comes `by` late',
  family: 'names',
  touches: 'new',
  needs: ['names', 'namespaces'],
  seen_by: 'the answers of the name server and those of a resolver beside a service; another name stays well',
  undone_by: 'taking it from the name server, which then forgets what it remembered of the name',
  eyes: eyesOf,
  injection(aim) {
    const by_ms = Number(aim.fault.with?.['by']) * 1000;
    return onName(aim, {
      tell: [['spoiled', { do: 'slow', by_ms }]],
      well: () => ({ within_ms: by_ms / 2 }),
      means: `gives its address within ${by_ms / 2} ms`,
      done: `answered ${by_ms} ms late`,
    });
  },
};
