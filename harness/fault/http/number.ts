import type { PlannedFault } from '../../model/plan.ts';

/** A parameter of a planned fault that is a number. Throws when it is none: then the plan was made by something else. */
export function number(parameters: NonNullable<PlannedFault['with']>, name: string): number {
  const value = parameters[name];
  if (typeof value !== 'number') throw new Error(`the plan has no number for "${name}", but ${JSON.stringify(value)}`);
  return value;
}
