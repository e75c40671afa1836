import { EXIT } from '../model/reason.ts';
import { type ClaimStanding, STANDINGS, type Standing } from './standing.ts';

/**
 * What a release is told, by the claims that it waits for: 1 when one failed or a waiver is over; 2 when one came to nothing, is not verified, or when nothing is left that holds; else 0. What is waived
 * stops nothing, and is no reason to go on either.
 */
export function exitOf(claims: readonly ClaimStanding[]): number {
  const gating = claims.filter(({ gates }) => gates);
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

/** The last line: why it ended as it did. */
export function lastLine(claims: readonly ClaimStanding[]): string {
  const gating = claims.filter(({ gates }) => gates);
  const code = exitOf(claims);
  const counts = countsOf(gating);
  const told = ([...STANDINGS].reverse() as (Standing | 'waived')[])
    .concat('waived')
    .flatMap((each) => (counts[each] > 0 ? [`${counts[each]} ${each}`] : []))
    .join(', ');
  const worst = worstFirst(gating).find(
    ({ waived, standing, waiver }) => waiver?.expired === true || (!waived && standing !== 'proven' && standing !== 'held'),
  );
  const why =
    worst === undefined
      ? gating.length === 0 || counts.proven + counts.held === 0
        ? 'there is nothing that holds'
        : ''
      : worst.waiver?.expired === true
        ? `the waiver of ${worst.claim.id} ended on ${worst.waiver.expires}`
        : `${worst.claim.id} ${worst.standing}: ${worst.why}`;
  return `exit ${code}: of ${gating.length} claims that gate, ${told || 'none is known'}${why === '' ? '' : `; ${why}`}`;
}

/** Claims with those first that a person must look at first. */
export function worstFirst(claims: readonly ClaimStanding[]): readonly ClaimStanding[] {
  const rank = ({ waiver, waived, standing }: ClaimStanding) =>
    waiver?.expired === true ? -1 : waived ? STANDINGS.length : STANDINGS.indexOf(standing);
  return [...claims].sort((a, b) => rank(a) - rank(b));
}
