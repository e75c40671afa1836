import { type RunEvidence, type TwinEvidence, twinName } from '../model/evidence.ts';
import type { GateRecord } from '../model/gate.ts';
import type { ClaimStanding, VariantFacts } from './standing.ts';

/** A twin that did not come to the same each time, on one state of the code: as wanted in so many of so many runs. */
export interface Unsteady {
  readonly name: string;
  readonly as_wanted: number;
  readonly of: number;
}

/** Every unsteady twin of a gate: of its claims by all runs on this code, those of the evidence and its own; and the demonstration, where it was repeated. */
export function unsteadyOf(claims: readonly ClaimStanding[], { runs }: Pick<GateRecord, 'runs'>): readonly Unsteady[] {
  const demonstrations = Map.groupBy(
    runs.filter(({ step }) => step.claim === null),
    ({ step }) => twinName(step),
  );
  return [
    ...[...demonstrations].flatMap(([name, own]) =>
      unsteady(
        name,
        own.map(({ run }) => run),
      ),
    ),
    ...claims.flatMap(({ variants }) => variants.flatMap(({ facts }) => unsteadyTwins(facts))),
  ];
}

/** The unsteady ones among the twins of a variant, by its evidence on this code and what a gate played just now. A weakness that chance shows is not expected each time. */
export function unsteadyTwins({ scenario, variant, digest, evidence, live }: VariantFacts): readonly Unsteady[] {
  const twins: readonly Pick<TwinEvidence, 'sabotage' | 'within' | 'runs'>[] = evidence?.digest === digest ? (evidence?.twins ?? []) : [];
  const healthy = twins.find(({ sabotage }) => sabotage === null)?.runs ?? [];
  return [{ sabotage: null, within: null, runs: [...healthy, ...live] }, ...twins.filter(({ sabotage }) => sabotage !== null)].flatMap(
    ({ sabotage, within, runs }) => (within === null ? unsteady(twinName({ scenario, variant, sabotage }), runs) : []),
  );
}

/** One or none: none where all runs came to the same. What was played again, since its bounds left it undecided, counts as often as it was played: to try again raises nothing. */
export function unsteady(name: string, runs: readonly Pick<RunEvidence, 'outcome' | 'as_wanted' | 'undecided'>[]): readonly Unsteady[] {
  const came_to = runs.flatMap(({ outcome, as_wanted, undecided = 0 }) => [
    `${outcome} ${as_wanted}`,
    ...(undecided > 0 ? ['inconclusive false'] : []),
  ]);
  if (new Set(came_to).size < 2) return [];
  return [
    {
      name,
      as_wanted: runs.filter(({ as_wanted }) => as_wanted).length,
      of: timesPlayed(runs),
    },
  ];
}

/** How often some runs were played, attempts that were undecided among them. */
export function timesPlayed(runs: readonly Pick<RunEvidence, 'undecided'>[]): number {
  return runs.reduce((sum, { undecided = 0 }) => sum + 1 + undecided, 0);
}

/** As people read it: `database-failover@kill: as wanted in 3 of 4 runs on this code`. */
export function unsteadyText({ name, as_wanted, of }: Unsteady): string {
  return `${name}: as wanted in ${as_wanted} of ${of} runs on this code`;
}
