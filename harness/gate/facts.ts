import { restsOn } from '../evidence/rests-on.ts';
import { readEvidence } from '../evidence/store.ts';
import { promisesOf, readTrends } from '../evidence/trend.ts';
import { type Evidence, nameOf } from '../model/evidence.ts';
import type { ProjectPolicy } from '../model/project-policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';
import type { TrendPoint } from '../model/trend.ts';
import { checkClaim, loadScenario, scenarioFiles } from '../run/load.ts';
import { chancesOf, makePlan, sabotagesOf, variantsOf } from '../run/plan.ts';
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
      const plan = makePlan(scenario, { variant, sabotage: null, runtime: on, seed: 1, policy });
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
          ...(scenario.system.reference === undefined ? {} : { reference: scenario.system.reference }),
          promised: promisesOf(plan.objectives),
          sabotages: sabotagesOf(scenario, variant).map((sabotage) => sabotage.name),
          chances: chancesOf(scenario, variant),
          evidence: shown,
          live: [],
        },
        expected_s: tookLast(shown) ?? scenario.expected ?? plan.expected_s,
      });
    }
  }
  if (evidence.size === 0) return { candidates, gone: [] };
  const trends = readTrends(history);
  return { candidates, gone: [...evidence].flatMap(([name, each]) => goneFacts(each, trends.get(name) ?? [])) };
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

/** Without its scenario there is no plan to ask: what it was promised stands in its trend. */
function goneFacts(evidence: Evidence, trend: readonly TrendPoint[]): readonly VariantFacts[] {
  if (evidence.claim === null) return [];
  const { scenario, variant, claim } = evidence;
  const last = trend.findLast(({ digest }) => digest === evidence.digest)?.promised;
  const all = (promise: number | null) => (promise === null ? [] : [promise]);
  const promised = { rto_s: all(last?.rto_s ?? null), writes: all(last?.writes ?? null) };
  return [{ scenario, variant, claim, runtime: null, why: null, digest: null, promised, sabotages: [], evidence, live: [] }];
}
