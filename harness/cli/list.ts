import { claimsOf } from '../model/project-policy.ts';
import { EXIT } from '../model/reason.ts';
import { checkClaim, loadPolicy, loadScenario, scenarioFiles } from '../run/load.ts';
import { makePlan, variantsOf } from '../run/plan.ts';
import { runtimesOf } from '../run/runtimes-of.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** Every claim of the thirteen principles and of the project's own, and the scenarios that show it. */
async function listClaims(json: boolean): Promise<number> {
  const policy = await loadPolicy();
  const scenarios = await Promise.all([...scenarioFiles().keys()].map((id) => loadScenario(id)));
  for (const each of scenarios) checkClaim(each, policy);
  const rows = claimsOf(policy).map((claim) => ({
    ...claim,
    scenarios: scenarios.flatMap((each) => (each.claim === claim.id ? [each.id] : [])),
  }));
  if (json) out(JSON.stringify(rows, null, 2));
  else
    for (const { id, title, scenarios: shown } of rows) out(`${id.padEnd(6)} ${title}${shown.length === 0 ? '' : `: ${shown.join(', ')}`}`);
  return EXIT.held;
}

/** `faultline list`: every scenario with its claim, runtimes, variants and sabotages. */
export async function listCommand(words: readonly string[]): Promise<number> {
  const { values } = parse(words, { json: { type: 'boolean', default: false }, claims: { type: 'boolean', default: false } });
  if (values.claims) return await listClaims(values.json);
  const policy = await loadPolicy();
  const rows = [];
  for (const id of scenarioFiles().keys()) {
    const scenario = await loadScenario(id);
    const runtimes = runtimesOf(scenario);
    const variants = variantsOf(scenario);
    const plans = variants.map((variant) =>
      makePlan(scenario, { variant, sabotage: null, runtime: runtimes[0] ?? 'docker', seed: 1, policy }),
    );
    rows.push({
      id,
      principle: scenario.principle,
      claim: scenario.claim,
      title: scenario.title,
      runtimes,
      variants: variants.flatMap((variant) => variant ?? []),
      sabotages: scenario.sabotages.map(({ name }) => name),
      expected_s: scenario.expected ?? Math.max(...plans.map((plan) => plan.expected_s)),
    });
  }
  if (values.json) out(JSON.stringify(rows, null, 2));
  else
    for (const row of rows) {
      out(`${row.id}`);
      out(
        `    ${row.claim === null ? 'a demonstration' : `claim ${row.claim}`} · ${row.runtimes.join(', ')} · about ${row.expected_s} s${row.variants.length > 0 ? ` · variants ${row.variants.join(', ')}` : ''}`,
      );
      out(`    ${row.title}`);
      out(`    sabotages: ${row.sabotages.join(', ') || 'none'}`);
    }
  return EXIT.held;
}
