import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { Reached, reachedBy } from '../coverage/reached.ts';
import { remembered } from '../evidence/of-runs.ts';
import { type Build, CHANGES, type Compared, compareBuilds } from '../gate/compare.ts';
import { type BuildCoverage, compareCoverage } from '../gate/compare-coverage.ts';
import { STANDINGS } from '../gate/standing.ts';
import { Coverage } from '../model/coverage.ts';
import { nameOf, RunEvidence } from '../model/evidence.ts';
import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { Verdict } from '../model/verdict.ts';
import { readDocument } from '../record/read-document.ts';
import { printable } from '../report/escape.ts';
import { parse } from './arguments.ts';
import { out } from './out.ts';

/** `standing.json` as a gate writes it, as far as builds are compared by it. */
const Standing = z.object({
  kind: z.literal('faultline.standing'),
  claims: z.array(
    z.object({
      variants: z.array(
        z.object({ scenario: z.string(), variant: z.string().nullable(), standing: z.enum(STANDINGS), runs: z.array(RunEvidence) }),
      ),
    }),
  ),
  coverage: z
    .object({ reached: z.array(Reached).nullable().default(null), stale: z.array(z.string()) })
    .default({ reached: null, stale: [] }),
});
/** Where a claim stands by one run of its healthy system alone. */
const STANDS = { pass: 'held', fail: 'failed', inconclusive: 'inconclusive' } as const;
const SIGNS = { better: '↑', worse: '↓', changed: '≠', 'not changed': '=', 'cannot say': '?' } as const;

/** `faultline compare A B`: what changed in RTO, RPO, standing and coverage between two builds, each the folder of a gate or of a run. Exit 1 when something is worse; 2 when nothing can be said of anything. */
export async function compareCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, { json: { type: 'boolean', default: false } });
  const [a, b] = positionals;
  if (a === undefined || b === undefined || positionals.length > 2)
    throw new UsageError('compare takes two folders, of gates or of runs: before and after');
  const [before, after] = [whatIsIn(a), whatIsIn(b)];
  const compared = [...compareBuilds(before.builds, after.builds), ...compareCoverage(before.coverage, after.coverage)];
  if (values.json) out(JSON.stringify(compared, null, 2));
  else for (const line of lines(compared)) out(line);
  const code = compared.some(({ change }) => change === 'worse')
    ? EXIT.failed
    : compared.every(({ change }) => change === 'cannot say')
      ? EXIT.inconclusive
      : EXIT.held;
  if (!values.json)
    out(`exit ${code}: ${CHANGES.map((each) => `${compared.filter(({ change }) => change === each).length} ${each}`).join(', ')}`);
  return await Promise.resolve(code);
}

function lines(compared: readonly Compared[]): readonly string[] {
  return compared.flatMap(({ name, figure, change, because, details = [] }) =>
    [`${SIGNS[change]} ${name.padEnd(52)} ${figure.padEnd(8)} ${change}: ${because}`, ...details.map((each) => `    ${each}`)].map(
      printable,
    ),
  );
}

interface Found {
  readonly builds: ReadonlyMap<string, Build>;
  readonly coverage: BuildCoverage;
}

function whatIsIn(folder: string): Found {
  const [standing, verdict] = [path.join(folder, 'standing.json'), path.join(folder, 'verdict.json')];
  if (existsSync(standing)) {
    const { claims, coverage } = readDocument(standing, Standing, {
      as: 'where claims stand',
      isNot: 'does not say where claims stand',
    });
    const builds = new Map(
      claims.flatMap(({ variants }) =>
        variants.map(({ scenario, variant, standing: own, runs }) => [nameOf(scenario, variant), { standing: own, runs }]),
      ),
    );
    return { builds, coverage };
  }
  if (existsSync(verdict)) {
    const one = readDocument(verdict, Verdict, { as: 'a verdict', isNot: 'is no verdict' });
    const stands = STANDS[one.outcome];
    const builds = new Map([
      [nameOf(one.run.scenario, one.run.variant), { standing: stands, runs: [remembered(one, one.outcome === 'pass', 0)] }],
    ]);
    return { builds, coverage: { reached: reachedBy(coverageIn(folder)), stale: [] } };
  }
  throw new UsageError(`${folder} is neither the folder of a gate (standing.json) nor of a run (verdict.json)`);
}

/** What a run of `faultline coverage` told; none of another. */
function coverageIn(folder: string): readonly Coverage[] {
  const file = path.join(folder, 'coverage.json');
  return existsSync(file) ? [readDocument(file, Coverage, { as: 'coverage', isNot: 'is no coverage', newest: 1 })] : [];
}
