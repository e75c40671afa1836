import { nameOf } from './evidence.ts';

/** What is to be played again; null: whatever would be chosen. */
export interface Again {
  readonly scenario: string;
  readonly variant: string | null;
  readonly runtime: string | null;
  readonly seed: number | null;
  readonly sabotage: string | null;
}

/** The command that plays something again. */
export function replayLine({ scenario, variant, runtime, seed, sabotage }: Again): string {
  return [
    'npx faultline run',
    nameOf(scenario, variant),
    ...(runtime === null ? [] : [`--runtime ${runtime}`]),
    ...(seed === null ? [] : [`--seed ${seed}`]),
    ...(sabotage === null ? [] : [`--sabotage ${sabotage}`]),
  ].join(' ');
}
