import type { ClaimStanding } from '../../gate/standing.ts';
import { nameOf } from '../../model/evidence.ts';
import type { GateRecord } from '../../model/gate.ts';
import type { Policy } from '../../model/policy.ts';
import { PRINCIPLES, principleName } from '../../model/principle.ts';
import { bracket, count, counted } from '../figures.ts';

/** What the reports of a gate are made from. */
export interface GateInput {
  readonly record: GateRecord;
  readonly claims: readonly ClaimStanding[];
  readonly policy: Policy;
  readonly code: number;
  /** The last line: why it ended as it did. */
  readonly line: string;
}

/** One principle with all of its claims, in their order. */
export interface PrincipleView {
  readonly n: number;
  readonly name: string;
  readonly claims: readonly ClaimStanding[];
}

/** All thirteen, whatever is known of them. */
export function principlesOf(claims: readonly ClaimStanding[]): readonly PrincipleView[] {
  return PRINCIPLES.map((_, i) => ({
    n: i + 1,
    name: principleName(i + 1),
    claims: claims.filter(({ claim }) => claim.principle === i + 1),
  }));
}

/** The worst of the recovery times that some claims rest on: seconds, the upper end null where one never came back; null where none was measured. */
export function worstRto(claims: readonly ClaimStanding[]): readonly [number, number | null] | null {
  const all = claims.flatMap(({ variants }) =>
    variants.flatMap(({ runs }) => runs.flatMap(({ rto_s }) => (rto_s === null ? [] : [rto_s]))),
  );
  if (all.length === 0) return null;
  const never = all.find(([, upper]) => upper === null);
  if (never !== undefined) return never;
  return all.reduce((a, b) => ((b[1] ?? 0) > (a[1] ?? 0) ? b : a));
}

/** The worst loss: writes that were lost or damaged, of how many; null where none was counted. */
export function worstRpo(claims: readonly ClaimStanding[]): { readonly lost: number; readonly acknowledged: number } | null {
  const all = claims.flatMap(({ variants }) => variants.flatMap(({ runs }) => runs.flatMap(({ rpo }) => (rpo === null ? [] : [rpo]))));
  return all.length === 0 ? null : all.reduce((a, b) => (b.lost > a.lost ? b : a));
}

/** `RTO 6.70–7.14 s`, `RPO 0 of 15 283`; an empty text where nothing was measured. */
export function figuresOf(claims: readonly ClaimStanding[]): string {
  const [rto, rpo] = [worstRto(claims), worstRpo(claims)];
  return [
    rto === null ? '' : `RTO ${bracket(...rto)} s`,
    rpo === null ? '' : `RPO ${count(rpo.lost)} of ${counted(rpo.acknowledged, 'write')}`,
  ]
    .filter((each) => each !== '')
    .join(' · ');
}

/** One word for where a claim stands, as people read it. */
export function wordOf({ waived, waiver, standing }: ClaimStanding): string {
  if (waiver?.expired === true) return `waiver over, ${standing}`;
  return waived ? `waived, ${standing}` : standing;
}

/** Good, bad or open, as all reports colour it: a waived claim is open, one whose waiver is over is bad. */
export function toneOf({ waived, waiver, standing }: ClaimStanding): 'pass' | 'fail' | 'inconclusive' | 'none' {
  if (waiver?.expired === true) return 'fail';
  if (waived) return 'inconclusive';
  return standing === 'proven' || standing === 'held'
    ? 'pass'
    : standing === 'failed'
      ? 'fail'
      : standing === 'inconclusive'
        ? 'inconclusive'
        : 'none';
}

/** The command that plays a variant again. */
export function replayOf({ scenario, variant, runtime }: ClaimStanding['variants'][number]['facts'], seed: number | undefined): string {
  return `npx faultline run ${nameOf(scenario, variant)}${runtime === null ? '' : ` --runtime ${runtime}`}${seed === undefined ? '' : ` --seed ${seed}`}`;
}
