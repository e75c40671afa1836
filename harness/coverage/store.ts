import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { HISTORY } from '../evidence/store.ts';
import { Coverage } from '../model/coverage.ts';
import { nameOf } from '../model/evidence.ts';
import { UsageError } from '../model/usage-error.ts';
import { readDocument } from '../record/read-document.ts';
import { writeJson } from '../record/run-folder.ts';

const FILE = 'coverage.json';

/** What is known of coverage: of this state of the code, and the names of what was measured of another. */
export interface KnownCoverage {
  readonly current: readonly Coverage[];
  readonly stale: readonly string[];
}

/** Keeps what a run reached. Returns the file. */
export function keepCoverage(coverage: Coverage, folder = HISTORY): string {
  const place = path.join(folder, nameOf(coverage.scenario, coverage.variant));
  mkdirSync(place, { recursive: true });
  const file = path.join(place, FILE);
  writeJson(file, Coverage.parse(coverage));
  return file;
}

/** Reads all coverage below a folder. `digests`: what each scenario@variant rests on now; what was measured of anything else is stale. Throws UsageError where a file is none, or speaks of another scenario than its folder. */
export function readCoverage(digests: Readonly<Record<string, string>>, folder = HISTORY): KnownCoverage {
  const current: Coverage[] = [];
  const stale: string[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const file = path.join(folder, name, FILE);
    if (!existsSync(file)) continue;
    const coverage = readDocument(file, Coverage, { as: 'coverage', isNot: 'is no coverage', newest: 1 });
    if (nameOf(coverage.scenario, coverage.variant) !== name)
      throw new UsageError(
        `${file} is the coverage of ${nameOf(coverage.scenario, coverage.variant)}, not of ${name}: it was moved by hand`,
      );
    if (digests[name] === coverage.digest) current.push(coverage);
    else stale.push(name);
  }
  return { current, stale };
}
