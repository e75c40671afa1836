import { z } from 'zod';
import type { Coverage } from '../model/coverage.ts';
import { nameOf } from '../model/evidence.ts';
import { byPrinciple, type PrincipleCoverage, underFault } from './of-principle.ts';

const Counted = z.object({ hit: z.number(), of: z.number() });

/** What one scenario, or all scenarios of a principle together, reached of the services, as a gate keeps it so that builds can be compared. `handlers`: every one in these files, and whether a fault reached it. */
export const Reached = z.object({
  name: z.string().describe('scenario@variant, or "principle 9"'),
  scenarios: z.array(z.string()),
  lines: Counted,
  branches: Counted,
  handlers: z.array(z.object({ file: z.string(), line: z.number(), what: z.string(), name: z.string(), reached: z.boolean() })),
  not_told: z.number().describe('how often something was executed and could not be told, since its process was killed, for example'),
});
export type Reached = z.infer<typeof Reached>;

/** What is known of coverage, by principle and by scenario. Each of `all` must rest on one state of the code. */
export function reachedBy(all: readonly Coverage[]): readonly Reached[] {
  return [
    ...byPrinciple(all).map((counts) =>
      reached(
        counts.principle === null ? 'no principle' : `principle ${counts.principle}`,
        counts,
        all.filter(({ principle }) => principle === counts.principle),
      ),
    ),
    ...all.flatMap((one) => byPrinciple([one]).map((counts) => reached(nameOf(one.scenario, one.variant), counts, [one]))),
  ];
}

function reached(name: string, { scenarios, lines, branches, lost }: PrincipleCoverage, of: readonly Coverage[]): Reached {
  const handlers = new Map<string, Reached['handlers'][number] & { readonly column: number }>();
  for (const [file, own] of of.flatMap(({ files }) => Object.entries(files)))
    for (const handler of own.handlers) {
      const { line, column, what, name: within } = handler;
      const key = `${file}:${line}:${column}:${what}`;
      handlers.set(key, { file, line, column, what, name: within, reached: underFault(handler) || handlers.get(key)?.reached === true });
    }
  const inOrder = [...handlers.values()].sort((a, b) =>
    a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
  );
  return {
    name,
    scenarios: [...scenarios],
    lines,
    branches,
    handlers: inOrder.map(({ column: _, ...each }) => each),
    not_told: lost.length,
  };
}
