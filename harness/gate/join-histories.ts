import { COVERAGE } from '../coverage/store.ts';
import { joinAll, type Kept, keep } from '../evidence/history.ts';
import { EVIDENCE } from '../evidence/store.ts';
import { TREND } from '../evidence/trend.ts';
import type { Evidence } from '../model/evidence.ts';

/** What several history folders have, as one: nothing is written yet. `keep` writes it into a folder, file by file, each in one step. */
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
      keepAll(EVIDENCE, evidence, folder);
      keepAll(TREND, trends, folder);
      keepAll(COVERAGE, coverage, folder);
    },
  };
}

function keepAll<T extends { readonly scenario: string; readonly variant: string | null }>(
  kind: Kept<T>,
  all: ReadonlyMap<string, T>,
  folder: string,
): void {
  for (const each of all.values()) keep(kind, each, folder);
}
