import type { ClaimStanding, VariantStanding } from '../../gate/standing.ts';
import { nameOf, type RunEvidence } from '../../model/evidence.ts';
import { bracket, count, counted } from '../figures.ts';

/** Whether a figure keeps its promise: *undecided* where its bounds lie on both sides of it, or where the run as a whole has shown nothing good. */
export type Met = 'met' | 'not met' | 'undecided';

/** A figure of one run beside what that very run was promised to keep. `promised` and `met` are null where nothing was promised. */
export interface Promised {
  readonly kind: 'RTO' | 'RPO';
  /** With its bounds and unit: `6.70–7.14 s`, `0 of 15 283 writes`. */
  readonly figure: string;
  readonly promised: string | null;
  readonly met: Met | null;
  /** Of which variant of a scenario it is. */
  readonly of: string;
}

/** The worst RTO and the worst RPO of some claims, each against its own promise: what broke it comes before what is undecided and what kept it, then how far it went; what has no promise stands last. Only what was measured. */
export function worstOf(claims: readonly ClaimStanding[]): readonly Promised[] {
  const variants = claims.flatMap((claim) => claim.variants);
  return [worst(variants.flatMap(rtos)), worst(variants.flatMap(rpos))].filter((each) => each !== null);
}

/** `RTO 6.70–7.14 s (at most 15 s: met) · RPO 0 of 15 283 writes (at most 0: met)`; an empty text where nothing was measured. */
export function figuresOf(claims: readonly ClaimStanding[]): string {
  return worstOf(claims)
    .map(({ kind, figure, promised, met }) => `${kind} ${figure}${promised === null ? '' : ` (${promised}: ${met})`}`)
    .join(' · ');
}

interface Ranked extends Promised {
  /** Of two that keep their promise alike, the one that went further is worse: as a share of what was promised, or by itself. */
  readonly far: number;
}

const RANKS: readonly (Met | null)[] = ['not met', 'undecided', 'met', null];

function worst(all: readonly Ranked[]): Promised | null {
  const [first] = [...all].sort((a, b) => RANKS.indexOf(a.met) - RANKS.indexOf(b.met) || (a.far < b.far ? 1 : a.far > b.far ? -1 : 0));
  return first ?? null;
}

function rtos({ facts, runs }: VariantStanding): readonly Ranked[] {
  const [least, most] = ends(facts.promised.rto_s);
  return runs.flatMap((run) => {
    if (run.rto_s === null) return [];
    const [lower, upper] = run.rto_s;
    return [
      {
        kind: 'RTO',
        figure: `${bracket(lower, upper)} s`,
        promised: least === null ? null : `at most ${least === most ? least : `${least} to ${most}`} s`,
        met: least === null ? null : metBy(run, 'rto.', upper !== null && upper <= keptBy(run, least, most), lower > (most ?? least)),
        of: nameOf(facts.scenario, facts.variant),
        far: (upper ?? Number.POSITIVE_INFINITY) / (least ?? 1),
      },
    ];
  });
}

function rpos({ facts, runs }: VariantStanding): readonly Ranked[] {
  const [least, most] = ends(facts.promised.writes);
  return runs.flatMap((run) => {
    if (run.rpo === null) return [];
    const { lost, acknowledged } = run.rpo;
    return [
      {
        kind: 'RPO',
        figure: `${count(lost)} of ${counted(acknowledged, 'write')}`,
        promised: least === null ? null : `at most ${least === most ? count(least) : `${count(least)} to ${count(most ?? least)}`}`,
        met: least === null ? null : metBy(run, 'rpo.', lost <= least, lost > (most ?? least)),
        of: nameOf(facts.scenario, facts.variant),
        far: lost - (least ?? 0),
      },
    ];
  });
}

/** Several promises of a kind in one scenario: which of them a figure belongs to is not remembered, so it must keep the smallest, or break the largest. */
function ends(promises: readonly number[]): readonly [number | null, number | null] {
  return promises.length === 0 ? [null, null] : [Math.min(...promises), Math.max(...promises)];
}

/** Which of several promises a time must keep: of a run of ways back that passed, each was held to its own, and the slowest to the longest. */
function keptBy({ ways_back, outcome }: RunEvidence, least: number, most: number | null): number {
  return ways_back !== undefined && outcome === 'pass' ? (most ?? least) : least;
}

/** The figure is not all of a promise: what came back only by the heal failed within its time, and a run that came to nothing has kept nothing. */
function metBy({ outcome, reason }: RunEvidence, kind: string, within: boolean, beyond: boolean): Met {
  if (beyond || (outcome === 'fail' && reason.startsWith(kind))) return 'not met';
  return within && outcome === 'pass' ? 'met' : 'undecided';
}
