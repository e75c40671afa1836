import path from 'node:path';
import type { CoveragePhase, CoveredFile, Part } from '../model/coverage.ts';
import { fromRanges, toRanges } from './ranges.ts';

/**
 * Adds what an lcov file says (its records `SF`, `DA` and `BRDA`, see geninfo(1)) to what is known of each file, for one phase: for services that are not Node. Names are made relative to the root where they lie below it.
 * Lcov knows no handlers. A record that is none is left out.
 */
export function fromLcov(text: string, phase: CoveragePhase, root: string, found: Map<string, CoveredFile>): void {
  let file: string | null = null;
  for (const line of text.split('\n')) {
    const [, key, value = ''] = /^(SF|DA|BRDA):(.*)$/.exec(line.trim()) ?? [];
    if (key === 'SF') {
      const name = path.isAbsolute(value) ? path.relative(root, value) : value;
      file = name.startsWith('..') ? value : name;
      if (!found.has(file))
        found.set(file, { lines: '', hit: { up: '', baseline: '', fault: '', recovery: '' }, branches: [], handlers: [] });
      continue;
    }
    const before = file === null ? undefined : found.get(file);
    if (file === null || before === undefined) continue;
    const numbers = value.split(',');
    const at = Number(numbers[0]);
    if (!Number.isSafeInteger(at) || at < 1) continue;
    if (key === 'DA') {
      const lines = toRanges([...fromRanges(before.lines), at]);
      const hit = Number(numbers[1]) > 0 ? { ...before.hit, [phase]: toRanges([...fromRanges(before.hit[phase]), at]) } : before.hit;
      found.set(file, { ...before, lines, hit });
    } else if (key === 'BRDA') found.set(file, { ...before, branches: withBranch(before.branches, numbers, at, phase) });
  }
}

/** Lcov numbers branches by line, block and branch; the two last become the column. */
function withBranch(
  branches: readonly Part[],
  [, block = '0', branch = '0', taken = '-']: readonly string[],
  line: number,
  phase: CoveragePhase,
): Part[] {
  const what = `block ${block}, branch ${branch}`;
  const hit = Number(taken) > 0 ? [phase] : [];
  const known = branches.find((each) => each.line === line && each.what === what);
  if (known === undefined) return [...branches, { line, column: 1, what, hit }];
  return branches.map((each) => (each === known ? { ...each, hit: [...new Set([...each.hit, ...hit])] } : each));
}
