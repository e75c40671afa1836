import { Evidence, type TwinEvidence } from '../model/evidence.ts';
import { HISTORY, type Kept, keep, readAll, readOne } from './history.ts';

const EVIDENCE: Kept<Evidence> = {
  file: 'evidence.json',
  schema: Evidence,
  of: 'evidence',
  words: { as: 'evidence', isNot: 'is no evidence' },
};

/** All evidence below a folder, by name. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readEvidence(folder = HISTORY): ReadonlyMap<string, Evidence> {
  return readAll(EVIDENCE, folder);
}

/**
 * Keeps what was shown. What rests on anything else is replaced; on the same code, twins that were not played again stay, and so does every run of those that were: nothing is played until it is green. Returns the file.
 */
export function keepEvidence(evidence: Evidence, folder = HISTORY): string {
  const before = readOne(EVIDENCE, evidence, folder);
  const same = before !== null && before.digest === evidence.digest && before.runtime === evidence.runtime ? before.twins : [];
  const twins = evidence.twins.map((twin) =>
    joined(
      same.find(({ sabotage }) => sabotage === twin.sabotage),
      twin,
    ),
  );
  const others = same.filter((twin) => !twins.some(({ sabotage }) => sabotage === twin.sabotage));
  return keep(EVIDENCE, { ...evidence, twins: [...others, ...twins].sort(healthyFirst) }, folder);
}

/** All runs on this code stay. What came to nothing shows nothing, in either direction, and is counted beside the others. */
function joined(before: TwinEvidence | undefined, now: TwinEvidence): TwinEvidence {
  const runs = [...(before?.runs ?? []).filter((run) => now.runs.every(({ id }) => id !== run.id)), ...now.runs];
  const decided = runs.filter(({ outcome }) => outcome !== 'inconclusive');
  const proven = now.within === null ? decided.length > 0 && decided.every((run) => run.as_wanted) : decided.some((run) => run.as_wanted);
  return { ...now, proven, runs };
}

function healthyFirst(a: TwinEvidence, b: TwinEvidence): number {
  return (a.sabotage ?? '') < (b.sabotage ?? '') ? -1 : 1;
}
