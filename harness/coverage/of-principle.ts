import { COVERAGE_PHASES, type Coverage, type CoveragePhase, type CoveredFile, type Part } from '../model/coverage.ts';
import { nameOf } from '../model/evidence.ts';
import { fromRanges, toRanges as ranges } from './ranges.ts';

/** So many of so many. */
export interface Counted {
  readonly hit: number;
  readonly of: number;
}
/** A handler, and where it stands. */
export interface HandlerAt {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly name: string;
}

/** What the scenarios of a principle reached of the services. `principle` null: scenarios of none. */
export interface PrincipleCoverage {
  readonly principle: number | null;
  readonly scenarios: readonly string[];
  readonly files: readonly FileCoverage[];
  readonly lines: Counted;
  readonly branches: Counted;
  /** Lines that ran while a fault was on or after it, and never before. */
  readonly only_under_fault: number;
  /** Handlers that a fault of this principle reached, of those in these files. */
  readonly handlers: Counted;
  /** Handlers in these files that no fault of any principle ever reached: what to test next. */
  readonly unreached: readonly HandlerAt[];
  readonly lost: readonly string[];
}
export interface FileCoverage {
  readonly file: string;
  readonly lines: Counted;
  readonly branches: Counted;
  readonly only_under_fault: string;
  readonly handlers: Counted;
}

const UNDER_FAULT: readonly CoveragePhase[] = ['fault', 'recovery'];

/** Puts together what is known, by principle, in order. Pure. Each of `all` must rest on one state of the code: what was measured of another says nothing of this one's lines. */
export function byPrinciple(all: readonly Coverage[]): readonly PrincipleCoverage[] {
  const reached = new Set(
    all.flatMap(({ files }) =>
      Object.entries(files).flatMap(([file, own]) => own.handlers.filter(underFault).map((handler) => key(file, handler))),
    ),
  );
  const principles = [...new Set(all.map(({ principle }) => principle))].sort((a, b) => (a ?? 99) - (b ?? 99));
  return principles.map((principle) =>
    ofOne(
      principle,
      all.filter((each) => each.principle === principle),
      reached,
    ),
  );
}

function ofOne(principle: number | null, all: readonly Coverage[], reached: ReadonlySet<string>): PrincipleCoverage {
  const names = [...new Set(all.flatMap(({ files }) => Object.keys(files)))].sort();
  const joined = names.map((file) => [file, join(all.flatMap(({ files }) => files[file] ?? []))] as const);
  const files = joined.map(([file, own]) => fileCoverage(file, own));
  const sum = (of: (file: FileCoverage) => Counted): Counted => ({
    hit: files.reduce((total, file) => total + of(file).hit, 0),
    of: files.reduce((total, file) => total + of(file).of, 0),
  });
  return {
    principle,
    scenarios: all.map(({ scenario, variant }) => nameOf(scenario, variant)).sort(),
    files,
    lines: sum(({ lines }) => lines),
    branches: sum(({ branches }) => branches),
    only_under_fault: files.reduce((total, file) => total + fromRanges(file.only_under_fault).size, 0),
    handlers: sum(({ handlers }) => handlers),
    unreached: joined.flatMap(([file, { handlers }]) =>
      handlers.filter((handler) => !reached.has(key(file, handler))).map(({ line, what, name }) => ({ file, line, what, name })),
    ),
    lost: all.flatMap(({ scenario, variant, lost }) =>
      lost.map(({ service, phase, why }) => `${nameOf(scenario, variant)}: ${service}, ${phase}: ${why}`),
    ),
  };
}

/** One file as several runs reached it. */
function join(of: readonly CoveredFile[]): CoveredFile {
  const lines = (pick: (file: CoveredFile) => string) => ranges(new Set(of.flatMap((file) => [...fromRanges(pick(file))])));
  const joined = <P extends Part>(parts: (file: CoveredFile) => readonly P[]): P[] => {
    const all = new Map<string, P>();
    for (const part of of.flatMap(parts)) {
      const before = all.get(key('', part))?.hit ?? [];
      all.set(key('', part), { ...part, hit: COVERAGE_PHASES.filter((phase) => before.includes(phase) || part.hit.includes(phase)) });
    }
    return [...all.values()].sort((x, y) => x.line - y.line || x.column - y.column);
  };
  return {
    lines: lines((file) => file.lines),
    hit: {
      up: lines(({ hit }) => hit.up),
      baseline: lines(({ hit }) => hit.baseline),
      fault: lines(({ hit }) => hit.fault),
      recovery: lines(({ hit }) => hit.recovery),
    },
    branches: joined(({ branches }) => branches),
    handlers: joined(({ handlers }) => handlers),
  };
}

function fileCoverage(file: string, { lines, hit, branches, handlers }: CoveredFile): FileCoverage {
  const before = new Set([...fromRanges(hit.up), ...fromRanges(hit.baseline)]);
  const under = new Set([...fromRanges(hit.fault), ...fromRanges(hit.recovery)]);
  return {
    file,
    lines: { hit: new Set([...before, ...under]).size, of: fromRanges(lines).size },
    branches: { hit: branches.filter((branch) => branch.hit.length > 0).length, of: branches.length },
    only_under_fault: ranges(new Set([...under].filter((line) => !before.has(line)))),
    handlers: { hit: handlers.filter(underFault).length, of: handlers.length },
  };
}

/** Whether it was executed while a fault was on, or until all was healed. */
export function underFault({ hit }: Part): boolean {
  return hit.some((phase) => UNDER_FAULT.includes(phase));
}

function key(file: string, { line, column, what }: Part): string {
  return `${file}:${line}:${column}:${what}`;
}
