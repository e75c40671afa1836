import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Evidence, nameOf, type TwinEvidence } from '../model/evidence.ts';
import { UsageError } from '../model/usage-error.ts';
import { readDocument } from '../record/read-document.ts';
import { writeJson } from '../record/run-folder.ts';
import { ROOT } from '../runtime/root.ts';

/** Where evidence that lasts lies, in the repository. */
export const HISTORY = path.join(ROOT, 'reports/history');
const FILE = 'evidence.json';

/** All evidence below a folder, by name. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readEvidence(folder = HISTORY): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>();
  if (!existsSync(folder)) return found;
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name, FILE);
    if (!existsSync(file)) continue;
    const evidence = parsed(file);
    if (nameOf(evidence.scenario, evidence.variant) !== name)
      throw new UsageError(`${file} is evidence of ${nameOf(evidence.scenario, evidence.variant)}, not of ${name}: it was moved by hand`);
    found.set(name, evidence);
  }
  return found;
}

/**
 * Keeps what was shown. What rests on anything else is replaced; on the same code, twins that were not played again stay, and of those that were, the runs that ended as they should or against it: nothing is
 * played until it is green. Returns the file.
 */
export function keepEvidence(evidence: Evidence, folder = HISTORY): string {
  const place = path.join(folder, nameOf(evidence.scenario, evidence.variant));
  const file = path.join(place, FILE);
  const before = existsSync(file) ? parsed(file) : null;
  const same = before !== null && before.digest === evidence.digest && before.runtime === evidence.runtime ? before.twins : [];
  const twins = evidence.twins.map((twin) =>
    joined(
      same.find(({ sabotage }) => sabotage === twin.sabotage),
      twin,
    ),
  );
  const others = same.filter((twin) => !twins.some(({ sabotage }) => sabotage === twin.sabotage));
  mkdirSync(place, { recursive: true });
  writeJson(file, Evidence.parse({ ...evidence, twins: [...others, ...twins].sort(healthyFirst) }));
  return file;
}

/** What came to nothing before, on a busy machine, is forgotten. */
function joined(before: TwinEvidence | undefined, now: TwinEvidence): TwinEvidence {
  const kept = (before?.runs ?? []).filter((run) => run.outcome !== 'inconclusive' && now.runs.every(({ id }) => id !== run.id));
  const proven = now.within === null ? now.proven && kept.every((run) => run.as_wanted) : now.proven || (before?.proven ?? false);
  return { ...now, proven, runs: [...kept, ...now.runs] };
}

function parsed(file: string): Evidence {
  return readDocument(file, Evidence, { as: 'evidence', isNot: 'is no evidence' });
}

function healthyFirst(a: TwinEvidence, b: TwinEvidence): number {
  return (a.sabotage ?? '') < (b.sabotage ?? '') ? -1 : 1;
}
