import path from 'node:path';
import { COVERAGE } from '../coverage/store.ts';
import { change, joinAll, type Kept } from '../evidence/history.ts';
import { EVIDENCE } from '../evidence/store.ts';
import { TREND } from '../evidence/trend.ts';
import type { Evidence } from '../model/evidence.ts';

/** What several history folders have, as one: nothing is written yet. `keep` writes it into a folder, file by file, each in one step, and joined with what another process has put there meanwhile. */
export interface JoinedHistory {
  readonly evidence: ReadonlyMap<string, Evidence>;
  keep(folder: string): void;
}

/**
 * Joins the evidence, trends and coverage of several folders; one that is not there has none. Runs on the same code stand together, each once; of two states of the code, the one that `digests` name stays. Throws
 * UsageError where a file is none, or one run is told in two ways.
 */
export function joinHistories(folders: readonly string[], digests: Readonly<Record<string, string>>): JoinedHistory {
  const evidence = joinAll(EVIDENCE, folders, digests);
  const trends = joinAll(TREND, folders, digests);
  const coverage = joinAll(COVERAGE, folders, digests);
  return {
    evidence,
    keep(folder) {
      keepAll(EVIDENCE, evidence, folder, digests);
      keepAll(TREND, trends, folder, digests);
      keepAll(COVERAGE, coverage, folder, digests);
    },
  };
}

function keepAll<T extends { readonly scenario: string; readonly variant: string | null }>(
  kind: Kept<T>,
  all: ReadonlyMap<string, T>,
  folder: string,
  digests: Readonly<Record<string, string>>,
): void {
  for (const [name, each] of all)
    change(kind, each, folder, (now) =>
      now === null ? each : kind.join(each, now, { current: digests[name], where: path.join(folder, name, kind.file) }),
    );
}
