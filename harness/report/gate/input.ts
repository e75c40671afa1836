import type { PrincipleCoverage } from '../../coverage/of-principle.ts';
import type { Reached } from '../../coverage/reached.ts';
import { countsOf, worstFirst } from '../../gate/answer.ts';
import type { ClaimStanding, Standing, VariantStanding } from '../../gate/standing.ts';
import type { Trouble } from '../../gate/troubles.ts';
import type { GateRecord } from '../../model/gate.ts';
import { PRINCIPLES, principleName } from '../../model/principle.ts';
import { EXIT } from '../../model/reason.ts';
import { replayLine } from '../../model/replay.ts';
import type { TrendPoint } from '../../model/trend.ts';

/** What the reports of a gate are made from. */
export interface GateInput {
  readonly record: GateRecord;
  readonly claims: readonly ClaimStanding[];
  readonly code: number;
  /** The last line: why it ended as it did. */
  readonly line: string;
  /** Runs over many builds, by scenario@variant. */
  readonly trends: ReadonlyMap<string, readonly TrendPoint[]>;
  /** What of the services scenarios reached on this state of the code; `stale`: what was measured on another. */
  readonly coverage: { readonly principles: readonly PrincipleCoverage[]; readonly stale: readonly string[] };
  /** The same, by scenario and handler, as it is kept for comparisons with other builds. */
  readonly reached: readonly Reached[];
}

/** How something stands, as all reports colour it. */
export type Tone = 'fail' | 'inconclusive' | 'pass' | 'none';

/** One principle with all of its claims, in their order: how many of them hold, and the tone of the worst that anything is known of. */
export interface PrincipleView {
  readonly n: number;
  readonly name: string;
  readonly claims: readonly ClaimStanding[];
  readonly good: number;
  readonly tone: Tone;
}

const WORST_FIRST: readonly Tone[] = ['fail', 'inconclusive', 'pass', 'none'];

/** All thirteen, whatever is known of them. */
export function principlesOf(claims: readonly ClaimStanding[]): readonly PrincipleView[] {
  return PRINCIPLES.map((_, i) => {
    const own = claims.filter(({ claim }) => claim.principle === i + 1);
    const tones = own.map(toneOf);
    // Good only where all that a release waits for is; where one of them was never looked at, nothing is known of the whole.
    const unseen = own.some((each) => each.gates && toneOf(each) === 'none');
    return {
      n: i + 1,
      name: principleName(i + 1),
      claims: own,
      good: tones.filter((each) => each === 'pass').length,
      tone: WORST_FIRST.find((each) => tones.includes(each) && !(unseen && each === 'pass')) ?? 'none',
    };
  });
}

/** How many claims stand how, of how many, as a line. */
export function countsLine(claims: readonly ClaimStanding[]): string {
  const counts = countsOf(claims);
  return `${COUNTED.map((each) => `${counts[each]} ${each}`).join(', ')}, of ${claims.length} claims`;
}

/** The ways to stand, in the order in which they are counted for people. */
export const COUNTED = ['proven', 'held', 'failed', 'inconclusive', 'not verified', 'waived'] as const;

/** What anything is known of, or somebody answered for; what a person must look at first comes first. */
export function knownOf(claims: readonly ClaimStanding[]): readonly ClaimStanding[] {
  return worstFirst(claims).filter((each) => each.variants.length > 0 || each.waiver !== null);
}

/** How long this gate played a claim (s). */
export function playedFor({ variants }: ClaimStanding): number {
  return variants.flatMap(({ facts }) => facts.live).reduce((sum, { took_s }) => sum + took_s, 0);
}

/** One word for where a claim stands, as people read it. */
export function wordOf({ waived, waiver, standing }: ClaimStanding): string {
  if (waiver?.expired === true) return `waiver over, ${standing}`;
  return waived ? `waived, ${standing}` : standing;
}

/** Good, bad or open, as all reports colour it: a waived claim is open, one whose waiver is over is bad. */
export function toneOf({ waived, waiver, standing }: ClaimStanding): Tone {
  if (waiver?.expired === true) return 'fail';
  return waived ? 'inconclusive' : TONES[standing];
}

/** What is no claim's: open where it alone would end with 2, else bad. */
export function toneOfTrouble({ code }: Pick<Trouble, 'code'>): 'fail' | 'inconclusive' {
  return code === EXIT.inconclusive ? 'inconclusive' : 'fail';
}

/** The tone of a standing by itself. */
export const TONES: Readonly<Record<Standing, Tone>> = {
  proven: 'pass',
  held: 'pass',
  failed: 'fail',
  inconclusive: 'inconclusive',
  'not verified': 'none',
};

/** The command that plays a variant as it was played last. */
export function replayOf({ facts, runs }: VariantStanding): string {
  return replayLine({ ...facts, seed: runs.at(-1)?.seed ?? null, sabotage: null });
}
