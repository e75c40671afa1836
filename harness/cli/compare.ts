import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { remembered } from '../evidence/of-runs.ts';
import { type Build, type Compared, compareBuilds } from '../gate/compare.ts';
import { STANDINGS } from '../gate/standing.ts';
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
});
/** Where a claim stands by one run of its healthy system alone. */
const STANDS = { pass: 'held', fail: 'failed', inconclusive: 'inconclusive' } as const;
const SIGNS = { better: '↑', worse: '↓', 'not changed': '=', 'cannot say': '?' } as const;

/** `faultline compare A B`: what changed in RTO, RPO and standing between two builds, each the folder of a gate or of a run. Exit 1 when something is worse; 2 when nothing can be said of anything. */
export async function compareCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, { json: { type: 'boolean', default: false } });
  const [a, b] = positionals;
  if (a === undefined || b === undefined || positionals.length > 2)
    throw new UsageError('compare takes two folders, of gates or of runs: before and after');
  const compared = compareBuilds(buildsIn(a), buildsIn(b));
  if (values.json) out(JSON.stringify(compared, null, 2));
  else for (const line of lines(compared)) out(line);
  const code = compared.some(({ change }) => change === 'worse')
    ? EXIT.failed
    : compared.every(({ change }) => change === 'cannot say')
      ? EXIT.inconclusive
      : EXIT.held;
  if (!values.json)
    out(
      `exit ${code}: ${(['worse', 'better', 'not changed', 'cannot say'] as const).map((each) => `${compared.filter(({ change }) => change === each).length} ${each}`).join(', ')}`,
    );
  return await Promise.resolve(code);
}

function lines(compared: readonly Compared[]): readonly string[] {
  return compared.map(({ name, figure, change, because }) =>
    printable(`${SIGNS[change]} ${name.padEnd(52)} ${figure.padEnd(8)} ${change}: ${because}`),
  );
}

function buildsIn(folder: string): ReadonlyMap<string, Build> {
  const [standing, verdict] = [path.join(folder, 'standing.json'), path.join(folder, 'verdict.json')];
  if (existsSync(standing)) {
    const { claims } = readDocument(standing, Standing, { as: 'where claims stand', isNot: 'does not say where claims stand' });
    return new Map(
      claims.flatMap(({ variants }) =>
        variants.map(({ scenario, variant, standing: own, runs }) => [nameOf(scenario, variant), { standing: own, runs }]),
      ),
    );
  }
  if (existsSync(verdict)) {
    const one = readDocument(verdict, Verdict, { as: 'a verdict', isNot: 'is no verdict' });
    const stands = STANDS[one.outcome];
    return new Map([[nameOf(one.run.scenario, one.run.variant), { standing: stands, runs: [remembered(one, one.outcome === 'pass', 0)] }]]);
  }
  throw new UsageError(`${folder} is neither the folder of a gate (standing.json) nor of a run (verdict.json)`);
}
