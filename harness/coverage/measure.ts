import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mergeProcessCovs, type ProcessCov, type ScriptCov } from '@bcoe/v8-coverage';
import { Report } from 'c8';
import { Closure } from '../evidence/closure.ts';
import { COVERAGE_PHASES, type CoveragePhase, type CoveredFile, type Part } from '../model/coverage.ts';
import { ROOT } from '../runtime/root.ts';
import { ROOT_IN_IMAGES } from './covered-plan.ts';
import { fromLcov } from './lcov.ts';
import { type Place, partsOf } from './parts.ts';
import { toRanges } from './ranges.ts';

/** Nothing was covered, or of other files than those that were asked for: that is no coverage of 0 %, it is none. */
export class NoCoverage extends Error {}

/** The files (relative to the root, sorted) that programs consist of, packages and the harness's own apart. */
export async function subjectOf(programs: Iterable<string>, root = ROOT): Promise<readonly string[]> {
  const closure = new Closure(root);
  for (const program of programs) await closure.addProgram(path.join(root, program));
  return closure.parts.filter((part) => /\.[cm]?[jt]s$/.test(part) && existsSync(path.join(root, part)) && !part.startsWith('harness/'));
}

/**
 * What was reached of `files`, phase by phase, by what V8 and lcov left in `folder` (`<phase>/*.json`, `<phase>/*.info`). Lines are c8's, over each phase by itself; branches and handlers are known by the
 * syntax, and executed where V8 says so of their place. Files that were never loaded count with all their lines. Throws NoCoverage where nothing was written, or nothing of these files.
 */
export async function measure(folder: string, files: readonly string[], root = ROOT): Promise<Record<string, CoveredFile>> {
  const scripts = new Map<CoveragePhase, readonly ScriptCov[]>();
  let written = 0;
  for (const phase of COVERAGE_PHASES) {
    const found = processesIn(path.join(folder, phase));
    written += found.length;
    const own = found.map(({ result }) => ({ result: result.flatMap((script) => ownScript(script, files, root)) }));
    scripts.set(phase, mergeProcessCovs(own).result);
  }
  const byLcov = lcovIn(folder, root);
  if (written === 0 && byLcov.size === 0)
    throw new NoCoverage(`no service wrote any coverage to ${folder}: its hook was not there, or every process was killed`);
  const met = new Set([...scripts.values()].flatMap((all) => all.map(({ url }) => url)));
  if (written > 0 && met.size === 0)
    throw new NoCoverage(
      `what was covered is none of the services' files (${files.slice(0, 3).join(', ')}, …): the root is wrong, it was taken for ${root}`,
    );

  const lines = new Map<CoveragePhase, ReadonlyMap<string, readonly number[]>>();
  for (const phase of COVERAGE_PHASES) lines.set(phase, await linesHit(path.join(folder, `.${phase}`), scripts.get(phase) ?? []));
  const covered: Record<string, CoveredFile> = {};
  for (const file of files) {
    const url = pathToFileURL(path.join(root, file)).href;
    const text = readFileSync(path.join(root, file), 'utf8');
    const hit = (phase: CoveragePhase) => toRanges(lines.get(phase)?.get(path.join(root, file)) ?? []);
    const { branches, handlers } = partsOf(text, file);
    const part = (at: Place): Part => ({
      line: at.line,
      column: at.column,
      what: at.what,
      hit: COVERAGE_PHASES.filter((phase) =>
        executed(
          scripts.get(phase)?.find((script) => script.url === url),
          at,
        ),
      ),
    });
    const all = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
    covered[file] = {
      lines: all === 0 ? '' : `1-${all}`,
      hit: { up: hit('up'), baseline: hit('baseline'), fault: hit('fault'), recovery: hit('recovery') },
      branches: branches.map(part),
      handlers: handlers.map((handler) => ({ ...part(handler), name: handler.name })),
    };
  }
  for (const [file, own] of byLcov) covered[file] ??= own;
  return covered;
}

function processesIn(folder: string): readonly ProcessCov[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      try {
        return [JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as ProcessCov];
      } catch {
        // Cut off while it was written: V8 writes all or nothing at an exit, and a killed process nothing.
        return [];
      }
    });
}

/** A script of ours with the path that it has here; one whose outermost range V8 left out, since nothing of it ran, is given it back. */
function ownScript(script: ScriptCov, files: readonly string[], root: string): ScriptCov[] {
  if (!script.url.startsWith('file://')) return [];
  const seen = fileURLToPath(script.url);
  const file = [root, ROOT_IN_IMAGES].map((base) => path.relative(base, seen)).find((name) => files.includes(name));
  if (file === undefined) return [];
  const place = path.join(root, file);
  const { length } = readFileSync(place, 'utf8');
  // Node lays a line behind the text; the whole must be as long in all processes, or it is not one thing when they are merged.
  const functions = script.functions.map((each) => ({
    ...each,
    ranges: each.ranges.map((range) => ({ ...range, endOffset: Math.min(range.endOffset, length) })),
  }));
  const whole = functions.some(({ ranges: [first] }) => first !== undefined && first.startOffset === 0 && first.endOffset === length);
  const nothing = { functionName: '', isBlockCoverage: true, ranges: [{ startOffset: 0, endOffset: length, count: 0 }] };
  return [{ ...script, url: pathToFileURL(place).href, functions: whole ? functions : [nothing, ...functions] }];
}

/** The lines that were executed, by file: c8's word. */
async function linesHit(folder: string, result: readonly ScriptCov[]): Promise<ReadonlyMap<string, readonly number[]>> {
  if (result.length === 0) return new Map();
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(path.join(folder, 'all.json'), JSON.stringify({ result }));
    const report = new Report({
      tempDirectory: folder,
      resolve: '',
      exclude: [],
      extension: ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'],
      allowExternal: true,
      excludeNodeModules: false,
      omitRelative: true,
    });
    const map = await report.getCoverageMapFromAllCoverageFiles();
    return new Map(
      map
        .files()
        .map((file) => [
          file,
          Object.entries(map.fileCoverageFor(file).getLineCoverage()).flatMap(([line, count]) => (count > 0 ? [Number(line)] : [])),
        ]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether what stands at a place was executed: the smallest range around it says how often. */
function executed(script: ScriptCov | undefined, { offset, apart }: Place): boolean {
  let [smallest, count] = [Number.POSITIVE_INFINITY, 0];
  for (const { ranges } of script?.functions ?? [])
    for (const range of ranges) {
      const size = range.endOffset - range.startOffset;
      if (range.startOffset > offset || offset >= range.endOffset || size > smallest) continue;
      // Whether a function was called does not say whether it was made.
      if (apart !== undefined && range.startOffset === apart[0] && range.endOffset === apart[1]) continue;
      [smallest, count] = [size, range.count];
    }
  return count > 0;
}

function lcovIn(folder: string, root: string): ReadonlyMap<string, CoveredFile> {
  const found = new Map<string, CoveredFile>();
  for (const phase of COVERAGE_PHASES) {
    const place = path.join(folder, phase);
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place).filter((each) => each.endsWith('.info')))
      fromLcov(readFileSync(path.join(place, name), 'utf8'), phase, root, found);
  }
  return found;
}
