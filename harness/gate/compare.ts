import type { RunEvidence } from '../model/evidence.ts';
import { STANDINGS, type Standing } from './standing.ts';

/** What is said of one figure between two builds; `changed`: and nobody can say whether for better or worse. */
export const CHANGES = ['worse', 'better', 'changed', 'not changed', 'cannot say'] as const;
export type Change = (typeof CHANGES)[number];

/** One figure of one variant, or of a principle, before and after. */
export interface Compared {
  readonly name: string;
  readonly figure: 'RTO' | 'RPO' | 'standing' | 'coverage';
  readonly change: Change;
  /** One line, with numbers and units. */
  readonly because: string;
  /** More lines, where there is more than one thing to name: handlers that only one side reached. */
  readonly details?: readonly string[];
}

/** The runs of one variant in one build, and how it stood. */
export interface Build {
  readonly standing: Standing;
  readonly runs: readonly RunEvidence[];
}

/** By chance alone, all of one build's runs lie beyond all of the other's at most so often. */
const ALPHA = 0.05;

/**
 * What changed between two builds, by their runs and the bounds of each. RTO: changed where every run of one lies beyond every run of the other, bounds and all, and chance alone would do that at most once in twenty
 * (a rank test: 1 / C(m + n, m), which takes three runs of each); not changed where that many runs overlap; else nobody can say. RPO: what was lost where nothing was lost before is worse, however few the runs.
 */
export function compareBuilds(before: ReadonlyMap<string, Build>, after: ReadonlyMap<string, Build>): readonly Compared[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [a, b] = [before.get(name), after.get(name)];
    if (a === undefined || b === undefined)
      return [
        {
          name,
          figure: 'standing' as const,
          change: 'cannot say' as const,
          because: a === undefined ? 'it was not there before' : 'it is not there any more',
        },
      ];
    return [standing(name, a, b), ...rto(name, a, b), ...rpo(name, a, b)];
  });
}

function standing(name: string, a: Build, b: Build): Compared {
  const [was, is] = [STANDINGS.indexOf(a.standing), STANDINGS.indexOf(b.standing)];
  const open = [a.standing, b.standing].some((each) => each === 'inconclusive' || each === 'not verified');
  const change = was === is ? 'not changed' : open ? 'cannot say' : is > was ? 'better' : 'worse';
  return { name, figure: 'standing', change, because: was === is ? b.standing : `${a.standing}, now ${b.standing}` };
}

function rto(name: string, { runs: a }: Build, { runs: b }: Build): readonly Compared[] {
  const [before, after] = [spansOf(a), spansOf(b)];
  if (before.length === 0 && after.length === 0) return [];
  const said = (change: Change, because: string): readonly Compared[] => [{ name, figure: 'RTO', change, because }];
  if (before.length === 0 || after.length === 0) return said('cannot say', `${before.length === 0 ? 'before' : 'now'} none was measured`);
  const [was, is] = [hull(before), hull(after)];
  const numbers = `${text(was)} in ${before.length} ${before.length === 1 ? 'run' : 'runs'}, now ${text(is)} in ${after.length}`;
  const apart = is[0] > was[1] ? 'worse' : was[0] > is[1] ? 'better' : null;
  const enough = 1 / choose(before.length + after.length, before.length) <= ALPHA;
  if (!enough) return said('cannot say', `${numbers}: three runs of each are needed`);
  if (apart === null) return said('not changed', `${numbers}: they overlap`);
  const gap = apart === 'worse' ? is[0] - was[1] : was[0] - is[1];
  return said(
    apart,
    `${numbers}: by at least ${gap.toFixed(2)} s${Number.isFinite(Math.max(was[1], is[1])) ? '' : ', and not every run comes back'}`,
  );
}

function rpo(name: string, { runs: a }: Build, { runs: b }: Build): readonly Compared[] {
  const [before, after] = [lossesOf(a), lossesOf(b)];
  if (before.length === 0 && after.length === 0) return [];
  const said = (change: Change, because: string): readonly Compared[] => [{ name, figure: 'RPO', change, because }];
  if (before.length === 0 || after.length === 0) return said('cannot say', `${before.length === 0 ? 'before' : 'now'} none was counted`);
  const [was, is] = [Math.max(...before), Math.max(...after)];
  const numbers = `at most ${was} writes lost in ${before.length} ${before.length === 1 ? 'run' : 'runs'}, now ${is} in ${after.length}`;
  if (was === 0 && is > 0) return said('worse', numbers);
  const lossy = (losses: readonly number[]) => losses.filter((lost) => lost > 0).length;
  // That nothing was lost lately is no proof that nothing will be: as many runs as it took before must have gone well.
  if (was > 0 && is === 0)
    return 1 - lossy(before) / before.length <= 0 && 1 / choose(before.length + after.length, before.length) <= ALPHA
      ? said('better', numbers)
      : said('cannot say', `${numbers}: too few runs to tell it from chance`);
  return said(was === 0 ? 'not changed' : 'cannot say', numbers);
}

function spansOf(runs: readonly RunEvidence[]): readonly (readonly [number, number])[] {
  return runs.flatMap(({ rto_s, outcome }) =>
    rto_s === null || outcome === 'inconclusive' ? [] : [[rto_s[0], rto_s[1] ?? Number.POSITIVE_INFINITY] as const],
  );
}

function lossesOf(runs: readonly RunEvidence[]): readonly number[] {
  return runs.flatMap(({ rpo: seen, outcome }) => (seen === null || outcome === 'inconclusive' ? [] : [seen.lost]));
}

function hull(spans: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...spans.map(([lower]) => lower)), Math.max(...spans.map(([, upper]) => upper))];
}

function text([lower, upper]: readonly [number, number]): string {
  return Number.isFinite(upper) ? `${lower.toFixed(2)}–${upper.toFixed(2)} s` : `more than ${lower.toFixed(2)} s`;
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}
