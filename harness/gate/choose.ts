import { nameOf, type TwinEvidence } from '../model/evidence.ts';
import type { GateStep, Profile } from '../model/gate.ts';
import type { ProjectPolicy } from '../model/project-policy.ts';
import { loadScenario } from '../run/load.ts';
import { makePlan } from '../run/plan.ts';
import type { Candidate } from './facts.ts';
import { decidedRuns, freshRuns, healthyPlays, holds, STANDINGS, standingOf, type VariantStanding } from './standing.ts';

/** How long the profile `gate` may take (s): what a release waits for. */
export const GATE_S = 600;
/** Shards that begin within one hour choose alike: what grows too old meanwhile is so for all of them. */
const SAME_FOR_MS = 3_600_000;

/** What a gate will play, in this order, and what it will not, and why. */
export interface Choice {
  readonly steps: readonly GateStep[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

/** What a gate is narrowed down to. */
export interface Narrowed {
  /** Files that changed: only what rests on one of them is played. Null, or nothing: all. */
  readonly changed?: ReadonlySet<string> | null;
  /** Principles by their numbers: only their claims are played, those that do not gate among them. Null, or nothing: all that gate. */
  readonly principles?: readonly number[] | null;
}

/**
 * Chooses what to play. *gate*: of each claim that gates, its worst variant, those first that stand worst, then those whose evidence is oldest, as many as fit into ten minutes. *full*: every twin of which this code has
 * not shown, lately enough and as often as the policy wants, how it ends; what ended otherwise than it should is not played again. So the same command goes on where it was ended.
 */
export function choose(
  profile: Exclude<Profile, 'smoke'>,
  candidates: readonly Candidate[],
  policy: ProjectPolicy,
  now: number,
  { changed = null, principles = null }: Narrowed = {},
): Choice {
  const left: { name: string; why: string }[] = [];
  const as_of = Math.ceil(now / SAME_FOR_MS) * SAME_FOR_MS;
  const standings = standingOf(
    candidates.map(({ facts }) => facts),
    policy,
    as_of,
  );
  const able = candidates.flatMap((candidate) => {
    const { facts, parts } = candidate;
    const name = nameOf(facts.scenario, facts.variant);
    const claim = standings.find((each) => each.claim.id === facts.claim);
    const variant = claim?.variants.find((each) => each.facts === facts);
    if (claim === undefined || variant === undefined) return [];
    const not =
      facts.runtime === null
        ? `not verified: ${facts.why ?? 'it cannot run here'}`
        : principles === null && !claim.gates
          ? `${facts.claim} does not gate`
          : principles?.includes(claim.claim.principle) === false
            ? `${facts.claim} is of a principle that was not asked for`
            : changed !== null && !parts.some((part) => changed.has(part))
              ? 'nothing that it rests on changed'
              : null;
    if (not !== null) left.push({ name, why: not });
    return not === null ? [{ candidate, variant, name, gates: claim.gates }] : [];
  });
  const order = [...able].sort(
    (a, b) =>
      Number(b.gates) - Number(a.gates) ||
      rank(a.variant) - rank(b.variant) ||
      newest(a.variant) - newest(b.variant) ||
      (a.name < b.name ? -1 : 1),
  );
  const steps: GateStep[] = [];
  if (profile === 'full') {
    for (const { candidate, variant, name } of order) {
      const twins = twinsToShow(variant, policy, as_of);
      if (twins.length === 0)
        left.push({
          name,
          why: holds(variant.standing)
            ? 'all of it is shown on this code'
            : `${variant.standing} on this code, which is on the record: only other code changes that`,
        });
      for (const { sabotage, plays } of twins)
        steps.push({
          ...stepOf(candidate, sabotage, sabotage === null ? `${variant.standing}: ${variant.why}` : 'it must fail as named'),
          plays,
        });
    }
    return { steps, left };
  }
  let spent = 0;
  const chosen = new Set<string>();
  for (const { candidate, variant, name } of order) {
    const { claim } = candidate.facts;
    const not = chosen.has(claim)
      ? `another variant of ${claim} is played`
      : spent + candidate.expected_s > GATE_S && steps.length > 0
        ? `no time is left for it in ${GATE_S / 60} minutes`
        : null;
    if (not !== null) left.push({ name, why: `${not}; by evidence: ${variant.standing}` });
    else {
      chosen.add(claim);
      spent += candidate.expected_s;
      steps.push(stepOf(candidate, null, reasonOf(variant)));
    }
  }
  return { steps, left };
}

const DEMONSTRATION = 'quickstart';

/** The profile *smoke*: the quickstart on local processes, which shows that the harness works here and counts towards no claim; all else stands as its evidence says. */
export async function demonstration(candidates: readonly Candidate[], policy: ProjectPolicy): Promise<Choice> {
  const scenario = await loadScenario(DEMONSTRATION);
  const plan = makePlan(scenario, { variant: null, sabotage: null, runtime: 'process', seed: 1, policy });
  return {
    steps: [
      {
        scenario: DEMONSTRATION,
        variant: null,
        sabotage: null,
        claim: null,
        runtime: 'process',
        expected_s: scenario.expected ?? plan.expected_s,
        why: 'a demonstration: it counts towards no claim',
      },
    ],
    left: candidates.map(({ facts }) => ({
      name: nameOf(facts.scenario, facts.variant),
      why: 'the profile smoke plays the demonstration alone; it stands as its evidence says',
    })),
  };
}

/** How long a step takes (s), all its plays. */
function tookOf({ expected_s, plays = 1 }: GateStep): number {
  return expected_s * plays;
}

/** The steps of one shard of several: every one of them in exactly one, each about as long as the others. */
export function shardOf(steps: readonly GateStep[], n: number, of: number): readonly GateStep[] {
  const loads = Array.from({ length: of }, () => ({ seconds: 0, steps: new Set<GateStep>() }));
  for (const step of [...steps].sort((a, b) => tookOf(b) - tookOf(a))) {
    const least = loads.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.seconds += tookOf(step);
    least.steps.add(step);
  }
  return steps.filter((step) => loads[n - 1]?.steps.has(step));
}

/** How often each twin is still to be played before it is known how it ends; null is the healthy one. Each by its own runs: another machine may have played the others. Those that are known are not among them. */
function twinsToShow(
  { facts }: VariantStanding,
  policy: ProjectPolicy,
  now: number,
): readonly { readonly sabotage: string | null; readonly plays: number }[] {
  const shown = facts.evidence?.digest === facts.digest ? facts.evidence.twins : [];
  return [null, ...facts.sabotages].flatMap((sabotage) => {
    const twin = shown.find((each) => each.sabotage === sabotage);
    // Where chance shows a weakness, it is played until it did: so often at most.
    const plays = sabotage === null ? healthyPlays(facts) : (facts.chances?.[sabotage] ?? policy.gate.plays);
    const left = twin === undefined ? plays : playsLeft(twin, plays, policy, now);
    return left === 0 ? [] : [{ sabotage, plays: left }];
  });
}

/** How many plays of a twin are missing, of so many. What ended otherwise than it should is decided: no other run takes it off the record. What came to nothing says neither. */
function playsLeft(twin: TwinEvidence, plays: number, policy: ProjectPolicy, now: number): number {
  const decided = decidedRuns(twin);
  if (!twin.proven) return decided >= (twin.within ?? 1) ? 0 : plays - decided;
  const fresh = freshRuns(twin, policy, now);
  return twin.within !== null && fresh > 0 ? 0 : Math.max(0, plays - fresh);
}

function stepOf({ facts, expected_s }: Candidate, sabotage: string | null, why: string): GateStep {
  return { scenario: facts.scenario, variant: facts.variant, sabotage, claim: facts.claim, runtime: facts.runtime ?? '', expected_s, why };
}

function reasonOf({ standing, why }: VariantStanding): string {
  return holds(standing) ? `${standing}, the oldest of its kind` : `${standing}: ${why}`;
}

function rank({ standing }: VariantStanding): number {
  return STANDINGS.indexOf(standing);
}

function newest({ runs }: VariantStanding): number {
  return Math.max(0, ...runs.map(({ at }) => Date.parse(at)));
}
