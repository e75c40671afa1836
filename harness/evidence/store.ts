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
 * Keeps what was shown. What rests on anything else is replaced; on the same code, twins that were not played again stay, and so does every run of those that were: nothing is played until it is green. Returns the file.
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

/** All runs on this code stay. What came to nothing shows nothing, in either direction, and is counted beside the others. */
function joined(before: TwinEvidence | undefined, now: TwinEvidence): TwinEvidence {
  const runs = [...(before?.runs ?? []).filter((run) => now.runs.every(({ id }) => id !== run.id)), ...now.runs];
  const decided = runs.filter(({ outcome }) => outcome !== 'inconclusive');
  const proven = now.within === null ? decided.length > 0 && decided.every((run) => run.as_wanted) : decided.some((run) => run.as_wanted);
  return { ...now, proven, runs };
}

function parsed(file: string): Evidence {
  return readDocument(file, Evidence, { as: 'evidence', isNot: 'is no evidence' });
}

function healthyFirst(a: TwinEvidence, b: TwinEvidence): number {
  return (a.sabotage ?? '') < (b.sabotage ?? '') ? -1 : 1;
}
