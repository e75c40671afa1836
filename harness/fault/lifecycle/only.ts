import type { PlannedFault } from '../../model/plan.ts';

/** The words by which a fault picks processes of its target; all of them without. */
export function onlyOf({ with: own }: PlannedFault): string | undefined {
  const only = own?.['only'];
  return typeof only === 'string' ? only : undefined;
}
