import { isDeepStrictEqual } from 'node:util';
import { HISTORY, type Joining, type Kept, keep, readAll } from '../evidence/history.ts';
import { Coverage } from '../model/coverage.ts';
import { UsageError } from '../model/usage-error.ts';

/** Coverage as it is kept: a file for each variant. */
export const COVERAGE: Kept<Coverage> = {
  file: 'coverage.json',
  schema: Coverage,
  of: 'the coverage',
  words: { as: 'coverage', isNot: 'is no coverage', newest: 1 },
  join,
};

/** What is known of coverage: of this state of the code, and the names of what was measured of another. */
export interface KnownCoverage {
  readonly current: readonly Coverage[];
  readonly stale: readonly string[];
}

/** Keeps what a run reached. Returns the file. */
export function keepCoverage(coverage: Coverage, folder = HISTORY): string {
  return keep(COVERAGE, coverage, folder);
}

/** Reads all coverage below a folder. `digests`: what each scenario@variant rests on now; what was measured of anything else is stale. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readCoverage(digests: Readonly<Record<string, string>>, folder = HISTORY): KnownCoverage {
  const current: Coverage[] = [];
  const stale: string[] = [];
  for (const [name, coverage] of readAll(COVERAGE, folder)) {
    if (digests[name] === coverage.digest) current.push(coverage);
    else stale.push(name);
  }
  return { current, stale };
}

/** What was measured on the code as it is now; where that is true of neither or both, what was measured last. */
function join(a: Coverage, b: Coverage, { current, where }: Joining): Coverage {
  if (a.run === b.run && !isDeepStrictEqual(a, b))
    throw new UsageError(`${where}: run ${b.run} is another there than where else it is kept`);
  const rank = ({ digest, at, run }: Coverage) => `${digest === current ? 1 : 0} ${at} ${run}`;
  return rank(a) < rank(b) ? b : a;
}
