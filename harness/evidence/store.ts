import { Evidence, isDecided, type RunEvidence, type TwinEvidence } from '../model/evidence.ts';
import { change, HISTORY, type Joining, type Kept, readAll, unitedById } from './history.ts';

/** Evidence as it is kept: a file for each variant. */
export const EVIDENCE: Kept<Evidence> = {
  file: 'evidence.json',
  schema: Evidence,
  of: 'evidence',
  words: { as: 'evidence', isNot: 'is no evidence' },
  join,
};

/** All evidence below a folder, by name. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readEvidence(folder = HISTORY): ReadonlyMap<string, Evidence> {
  return readAll(EVIDENCE, folder);
}

/**
 * Keeps what was shown. What rests on anything else is replaced; on the same code, twins that were not played again stay, and so does every run of those that were: nothing is played until it is green. Returns the file.
 */
export function keepEvidence(evidence: Evidence, folder = HISTORY): string {
  return change(EVIDENCE, evidence, folder, (now) => {
    const same = now !== null && now.digest === evidence.digest && now.runtime === evidence.runtime ? now.twins : [];
    const twins = twinsOf(same, evidence.twins, (before, added) => [
      ...before.filter(({ id }) => added.every((run) => run.id !== id)),
      ...added,
    ]);
    return { ...evidence, twins };
  });
}

type Runs = readonly RunEvidence[];

/** The twins of both, as the newer ones tell of them, each with all of its runs, as `united` puts them together. What came to nothing shows nothing, in either direction, and is counted beside the others. */
function twinsOf(
  older: readonly TwinEvidence[],
  newer: readonly TwinEvidence[],
  united: (before: Runs, now: Runs) => Runs,
): TwinEvidence[] {
  const names = new Set([...older, ...newer].map(({ sabotage }) => sabotage));
  const twins = [...names].flatMap((name): TwinEvidence[] => {
    const [before, now] = [older, newer].map((all) => all.find(({ sabotage }) => sabotage === name));
    const twin = now ?? before;
    if (twin === undefined) return [];
    const runs = [...united(before?.runs ?? [], now?.runs ?? [])];
    return [{ ...twin, proven: isProven(twin.within, runs), runs }];
  });
  return twins.sort(healthyFirst);
}

function isProven(within: number | null, runs: readonly RunEvidence[]): boolean {
  const decided = runs.filter(isDecided);
  return within === null ? decided.length > 0 && decided.every((run) => run.as_wanted) : decided.some((run) => run.as_wanted);
}

/** On the same code all runs of both, oldest first; else what was shown on the code as it is now, and where neither or both were, the first. */
function join(a: Evidence, b: Evidence, { current, where }: Joining): Evidence {
  if (a.digest !== b.digest || a.runtime !== b.runtime) return b.digest === current && a.digest !== current ? b : a;
  const [older, newer] = lastOf(a) <= lastOf(b) ? [a, b] : [b, a];
  const twins = twinsOf(older.twins, newer.twins, (before, now) => [...unitedById(before, now, where)].sort(oldestFirst));
  return { ...newer, twins };
}

/** When its last run was started, and its id: no two have the same. */
function lastOf({ twins }: Evidence): string {
  return (
    twins
      .flatMap(({ runs }) => runs.map(({ at, id }) => `${at} ${id}`))
      .sort()
      .at(-1) ?? ''
  );
}

function oldestFirst(a: RunEvidence, b: RunEvidence): number {
  return `${a.at} ${a.id}` < `${b.at} ${b.id}` ? -1 : 1;
}

function healthyFirst(a: TwinEvidence, b: TwinEvidence): number {
  return (a.sabotage ?? '') < (b.sabotage ?? '') ? -1 : 1;
}
