import type { Evidence } from '../model/evidence.ts';
import type { Objective } from '../model/objective.ts';
import { type Promises, Trend, type TrendPoint } from '../model/trend.ts';
import { change, HISTORY, type Kept, readAll, unitedById } from './history.ts';

/** A trend as it is kept: a file for each variant. */
export const TREND: Kept<Trend> = {
  file: 'trend.json',
  schema: Trend,
  of: 'the trend',
  words: { as: 'a trend', isNot: 'is no trend', newest: 1 },
  join: (a, b, { where }) => ({ ...a, points: lately(unitedById(a.points, b.points, where)) }),
};
/** Points that are kept: three years of one a day. */
const MOST = 1100;

/** What a plan promises, each objective by itself. */
export function promisesOf(objectives: readonly Objective[]): Promises {
  return {
    rto_s: objectives.flatMap((objective) =>
      objective.kind === 'rto' || (objective.kind === 'restore' && objective.expected === 'helps') ? [objective.within_s] : [],
    ),
    writes: objectives.flatMap((objective) => (objective.kind === 'rpo' ? [objective.at_most_writes] : [])),
  };
}

/** The same for the line in a trend: the smallest of each. */
export function promisedBy(objectives: readonly Objective[]): TrendPoint['promised'] {
  const { rto_s, writes } = promisesOf(objectives);
  const least = (all: readonly number[]) => (all.length === 0 ? null : Math.min(...all));
  return { rto_s: least(rto_s), writes: least(writes) };
}

/** Adds the healthy runs of some evidence to the trend of their variant; a run that is there already is not added again. Inconclusive runs measured nothing and are left out. Returns the file. */
export function keepTrend(
  { scenario, variant, runtime, commit, digest, twins }: Pick<Evidence, 'scenario' | 'variant' | 'runtime' | 'commit' | 'digest' | 'twins'>,
  promised: TrendPoint['promised'],
  folder = HISTORY,
): string {
  const runs = twins.filter(({ sabotage }) => sabotage === null).flatMap((twin) => twin.runs);
  return change(TREND, { scenario, variant }, folder, (now): Trend => {
    const before = now?.points ?? [];
    const added = runs
      .filter(({ id, outcome }) => outcome !== 'inconclusive' && before.every((point) => point.id !== id))
      .map(
        ({ id, at, outcome, reason, rto_s, rpo }): TrendPoint => ({
          id,
          at,
          outcome,
          reason,
          rto_s,
          rpo,
          runtime,
          commit,
          digest,
          promised,
        }),
      );
    return { format: 1, kind: 'faultline.trend', scenario, variant, points: lately([...before, ...added]) };
  });
}

/** Oldest first, as many as are kept. */
function lately(points: readonly TrendPoint[]): TrendPoint[] {
  return [...points].sort((a, b) => (`${a.at} ${a.id}` < `${b.at} ${b.id}` ? -1 : 1)).slice(-MOST);
}

/** All trends below a folder, by name. Throws UsageError where a file is none. */
export function readTrends(folder = HISTORY): ReadonlyMap<string, readonly TrendPoint[]> {
  return new Map([...readAll(TREND, folder)].map(([name, { points }]) => [name, points]));
}
