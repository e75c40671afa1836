import type { Phase } from '../../model/event.ts';
import type { Recording } from '../recording.ts';

/** When a phase began (ns); null when the run did not come so far. */
export function phaseBegan({ events }: Recording, phase: Phase): number | null {
  for (const event of events) if (event.k === 'phase' && event.phase === phase) return event.at;
  return null;
}
