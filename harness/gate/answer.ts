import type { GateRecord } from '../model/gate.ts';
import { EXIT, worstExit } from '../model/reason.ts';
import { type ClaimStanding, holds, isAwaited, STANDINGS, type Standing } from './standing.ts';
import { troublesOf } from './troubles.ts';

/**
 * What a release is told, by the claims that it waits for: 1 when one failed or a waiver is over; 2 when one came to nothing, is not verified, or when nothing is left that holds; else 0. What is waived
 * stops nothing, and is no reason to go on either.
 */
export function exitOf(claims: readonly ClaimStanding[]): number {
  const gating = claims.filter(isAwaited);
  const counted = gating.filter(({ waived }) => !waived);
  if (gating.some(({ waiver }) => waiver?.expired === true) || counted.some(({ standing }) => standing === 'failed')) return EXIT.failed;
  const open = counted.some(({ standing }) => standing === 'inconclusive' || standing === 'not verified');
  return open || counted.length === 0 ? EXIT.inconclusive : EXIT.held;
}

/** How many claims stand how, waived ones apart; all of them, so that the sum is always the same. */
export function countsOf(claims: readonly ClaimStanding[]): Readonly<Record<Standing | 'waived', number>> {
  const counts: Record<Standing | 'waived', number> = { proven: 0, held: 0, failed: 0, inconclusive: 0, 'not verified': 0, waived: 0 };
  for (const { standing, waived } of claims) counts[waived ? 'waived' : standing] += 1;
  return counts;
}

/** The exit code and the last line, which says why. `record`: what was played; what could not be healed, or was interrupted, comes before all claims. */
export function lastLine(
  claims: readonly ClaimStanding[],
  record: Pick<GateRecord, 'runs' | 'interrupted' | 'steps' | 'left' | 'principles'>,
): { readonly code: number; readonly line: string } {
  const gating = claims.filter(isAwaited);
  const troubles = troublesOf(claims, record);
  const code = worstExit([exitOf(claims), ...troubles.map((each) => each.code)]);
  const counts = countsOf(gating);
  const told = ([...STANDINGS].reverse() as (Standing | 'waived')[])
    .concat('waived')
    .flatMap((each) => (counts[each] > 0 ? [`${counts[each]} ${each}`] : []))
    .join(', ');
  // Where several things went wrong, the one that the code is of.
  const why = troubles.find((each) => each.code === code)?.why ?? worstOf(gating);
  const asked = record.principles === undefined ? '' : ` in ${principlesText(record.principles)}`;
  return {
    code,
    line: `exit ${code}: of ${gating.length} claims that gate${asked}, ${told || 'none is known'}${why === '' ? '' : `; ${why}`}`,
  };
}

/** "principle 9", "principles 4, 9, 10" */
export function principlesText(principles: readonly number[]): string {
  return `principle${principles.length === 1 ? '' : 's'} ${principles.join(', ')}`;
}

function worstOf(gating: readonly ClaimStanding[]): string {
  const isBad = ({ waived, standing, waiver }: ClaimStanding) => waiver?.expired === true || (!waived && !holds(standing));
  const worst = worstFirst(gating).find(isBad);
  if (worst?.waiver?.expired === true) return `the waiver of ${worst.claim.id} ended on ${worst.waiver.expires}`;
  return worst === undefined ? '' : `${worst.claim.id} ${worst.standing}: ${worst.why}`;
}

/** Claims with those first that a person must look at first. */
export function worstFirst(claims: readonly ClaimStanding[]): readonly ClaimStanding[] {
  const rank = ({ waiver, waived, standing }: ClaimStanding) =>
    waiver?.expired === true ? -1 : waived ? STANDINGS.length : STANDINGS.indexOf(standing);
  return [...claims].sort((a, b) => rank(a) - rank(b));
}
