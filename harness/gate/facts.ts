import { restsOn } from '../evidence/rests-on.ts';
import { readEvidence } from '../evidence/store.ts';
import { type Evidence, nameOf } from '../model/evidence.ts';
import type { ProjectPolicy } from '../model/project-policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import { checkClaim, loadScenario, scenarioFiles } from '../run/load.ts';
import { makePlan, sabotagesOf, variantsOf } from '../run/plan.ts';
import { runtimesOf, runtimeThatCounts } from '../run/runtimes-of.ts';
import { engine } from '../runtime/docker/engine.ts';
import type { VariantFacts } from './standing.ts';

/** A variant of a scenario that a gate may play, with all that it rests on and how long a run takes (s). */
export interface Candidate {
  readonly scenario: Scenario;
  readonly facts: VariantFacts;
  readonly parts: readonly string[];
  readonly expected_s: number;
}

/** All that is known of the catalogue: its variants, and what is left of scenarios that are gone. */
export interface Catalogue {
  readonly candidates: readonly Candidate[];
  readonly gone: readonly VariantFacts[];
}

/** What is known of every scenario that shows a claim, on this machine, by the evidence in `history`. Throws UsageError where a scenario or a piece of evidence is none, or a scenario claims what nobody declared. */
export async function catalogue(policy: ProjectPolicy, history?: string): Promise<Catalogue> {
  const evidence = new Map(readEvidence(history));
  const found = await engine();
  const candidates: Candidate[] = [];
  for (const id of scenarioFiles().keys()) {
    const scenario = await loadScenario(id);
    if (scenario.claim === null) continue;
    checkClaim(scenario, policy);
    const [runtime, why] = countsOn(scenario, found.ok ? null : found.why);
    for (const variant of variantsOf(scenario)) {
      const name = nameOf(id, variant);
      const on = runtime ?? runtimesOf(scenario)[0] ?? 'docker';
      const { digest, parts } = await restsOn(scenario, variant, on, policy);
      const shown = evidence.get(name) ?? null;
      evidence.delete(name);
      candidates.push({
        scenario,
        parts,
        facts: {
          scenario: id,
          variant,
          claim: scenario.claim,
          runtime,
          why,
          digest,
          sabotages: sabotagesOf(scenario, variant).map((sabotage) => sabotage.name),
          evidence: shown,
          live: [],
        },
        expected_s:
          tookLast(shown) ?? scenario.expected ?? makePlan(scenario, { variant, sabotage: null, runtime: on, seed: 1, policy }).expected_s,
      });
    }
  }
  return { candidates, gone: [...evidence.values()].flatMap(goneFacts) };
}

/** The runtime on which a scenario counts towards its claim; null, and why, where it would only be a demonstration or cannot be played here. */
function countsOn(scenario: Scenario, noEngine: string | null): readonly [RuntimeName | null, string | null] {
  const runtime = runtimeThatCounts(scenario);
  if (runtime === null) return [null, 'on local processes alone it is a demonstration'];
  return runtime === 'adopted' || noEngine === null ? [runtime, null] : [null, noEngine];
}

function tookLast(evidence: Evidence | null): number | null {
  return evidence?.twins.find(({ sabotage }) => sabotage === null)?.runs.at(-1)?.took_s ?? null;
}

function goneFacts(evidence: Evidence): readonly VariantFacts[] {
  if (evidence.claim === null) return [];
  const { scenario, variant, claim } = evidence;
  return [{ scenario, variant, claim, runtime: null, why: null, digest: null, sabotages: [], evidence, live: [] }];
}
