import { byClaim, type Claim, principleOf } from '../model/claim.ts';
import { type Evidence, isDecided, nameOf, type RunEvidence, type TwinEvidence } from '../model/evidence.ts';
import type { Policy, Waiver } from '../model/policy.ts';
import { claimsOf, type ProjectPolicy } from '../model/project-policy.ts';
import type { Promises } from '../model/trend.ts';
import { timesPlayed } from './unsteady.ts';

/** From worst to best: a claim stands as the worst of its variants do. */
export const STANDINGS = ['failed', 'inconclusive', 'not verified', 'held', 'proven'] as const;
export type Standing = (typeof STANDINGS)[number];

/** Whether it is what a release waits for. */
export function holds(standing: Standing): boolean {
  return standing === 'held' || standing === 'proven';
}

/** Whether this answer waits for it: by the policy, and by what was asked for. */
export function isAwaited({ gates, asked }: Pick<ClaimStanding, 'gates' | 'asked'>): boolean {
  return gates && asked;
}

/** Why an answer does not wait for a claim, in words; null where it does. */
export function notAwaited({ gates, asked }: Pick<ClaimStanding, 'gates' | 'asked'>): string | null {
  return !gates ? 'no release waits for it' : asked ? null : 'its principle was not asked for';
}

/** One variant of a scenario, and all that is known of it. */
export interface VariantFacts {
  readonly scenario: string;
  readonly variant: string | null;
  readonly claim: string;
  /** On which runtime it counts; null where it can only be demonstrated, or not run here, and `why`. */
  readonly runtime: string | null;
  readonly why: string | null;
  /** Of all that it rests on as it is now; null when its scenario is gone, and only what it showed is left. */
  readonly digest: string | null;
  /** Which parts of its system, that make it recover, are a reference implementation. */
  readonly reference?: string;
  /** What each of its RTO (s) and RPO (writes) objectives promises; empty where none does. */
  readonly promised: Promises;
  /** The sabotaged twins that must have failed for it to be proven. */
  readonly sabotages: readonly string[];
  /** Of those whose weakness only chance shows: in how many plays, once. */
  readonly chances?: Readonly<Record<string, number>>;
  readonly evidence: Evidence | null;
  /** Runs of the healthy system in this gate, in the order in which they were played. */
  readonly live: readonly RunEvidence[];
}

export interface VariantStanding {
  readonly facts: VariantFacts;
  readonly standing: Standing;
  readonly why: string;
  /** The runs of the healthy system that the standing rests on: this gate's, or those of the evidence. */
  readonly runs: readonly RunEvidence[];
}

export interface ClaimStanding {
  readonly claim: Claim;
  readonly standing: Standing;
  readonly why: string;
  /** Whether a release waits for it, by the policy. */
  readonly gates: boolean;
  /** Whether its principle is among those that were asked for; all are, where none was named. */
  readonly asked: boolean;
  readonly owner: string | null;
  readonly waiver: (Waiver & { readonly expired: boolean }) | null;
  /** It is not what it should be, and somebody answered for that: it does not stop a release until the waiver is over. */
  readonly waived: boolean;
  readonly variants: readonly VariantStanding[];
}

const DAY_S = 86_400;

/** What a claim's recovery rests on that nobody runs but this catalogue, in words; null where there is nothing of the kind. */
export function referenceOf({ variants }: Pick<ClaimStanding, 'variants'>): string | null {
  const parts = [...new Set(variants.flatMap(({ facts }) => facts.reference ?? []))];
  return parts.length === 0 ? null : `reference implementation: ${parts.join('; ')}`;
}

/** Where every claim of the thirteen principles stands, and every one of the project's own: those without a scenario, too. `now`: ms since 1970, by which evidence grows old and waivers end. `principles`: those that were asked for; null: all. */
export function standingOf(
  facts: readonly VariantFacts[],
  policy: ProjectPolicy,
  now: number,
  principles: readonly number[] | null = null,
): readonly ClaimStanding[] {
  const known = claimsOf(policy);
  const unknown = facts.filter(({ claim }) => !known.some(({ id }) => id === claim));
  // What is declared no more, and has left its evidence: to take the declaration away hides nothing.
  const undeclared = [...new Set(unknown.map(({ claim }) => claim))].map(
    (id): Claim => ({ id, principle: principleOf(id), title: 'a claim that is declared no more' }),
  );
  return [...known, ...undeclared]
    .sort((a, b) => byClaim(a.id, b.id))
    .map((claim) =>
      claimStanding(
        claim,
        facts.filter((each) => each.claim === claim.id),
        policy,
        { now, principles },
      ),
    );
}

function claimStanding(
  claim: Claim,
  facts: readonly VariantFacts[],
  policy: Policy,
  { now, principles }: { readonly now: number; readonly principles: readonly number[] | null },
): ClaimStanding {
  const variants = facts.map((each) => variantStanding(each, policy, now));
  const worst = [...variants].sort((a, b) => STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing))[0];
  const standing = worst?.standing ?? 'not verified';
  const given = policy.waivers.find((each) => each.claim === claim.id);
  // It holds until the end of its last day.
  const waiver = given === undefined ? null : { ...given, expired: now >= Date.parse(given.expires) + DAY_S * 1000 };
  return {
    claim,
    standing,
    why:
      worst === undefined
        ? 'there is no scenario for it'
        : variants.length === 1
          ? worst.why
          : `${nameOf(worst.facts.scenario, worst.facts.variant)}: ${worst.why}`,
    gates: policy.gate.claims === 'all' || policy.gate.claims.includes(claim.id),
    asked: principles?.includes(claim.principle) ?? true,
    owner: policy.owners[claim.id] ?? policy.owners[String(claim.principle)] ?? null,
    waiver,
    waived: waiver !== null && !waiver.expired && !holds(standing),
    variants,
  };
}

function variantStanding(facts: VariantFacts, policy: Policy, now: number): VariantStanding {
  const stands = (standing: Standing, why: string, runs: readonly RunEvidence[]): VariantStanding => ({ facts, standing, why, runs });
  const { evidence, live } = facts;
  const shown = evidence?.digest === facts.digest ? evidence.twins.find(({ sabotage }) => sabotage === null) : undefined;
  const passed = (runs: readonly RunEvidence[]) => {
    const blind = twinThatPassed(facts);
    if (blind !== null)
      return stands('inconclusive', `its twin with ${blind} did not fail as named, so that nothing it says can be relied on`, runs);
    const twins = twinsMissing(facts, policy, now);
    const all = [...(shown?.runs ?? []), ...live];
    const open = timesPlayed(all) - decidedRuns({ runs: all });
    const unsteady = open === 0 ? '' : `; ${open} of ${timesPlayed(all)} runs on this code came to nothing`;
    const last = `${runs.findLast(({ outcome }) => outcome === 'pass')?.headline ?? ''}${unsteady}`;
    return twins === null ? stands('proven', last, runs) : stands('held', `${last}; ${twins}`, runs);
  };
  if (live.length > 0) {
    // What failed on this code has failed, however often it passes afterwards: until the code is another, or it is proven anew.
    const all = [...(shown?.runs ?? []), ...live];
    const [failed, open] = [all.findLast(({ outcome }) => outcome === 'fail'), live.find(({ outcome }) => outcome === 'inconclusive')];
    const of = timesPlayed(all) === 1 ? '' : ` (${passes(all)} of ${timesPlayed(all)} passed)`;
    if (failed !== undefined) return stands('failed', `${failed.headline}${of}`, all);
    if (open !== undefined) return stands('inconclusive', `${open.reason}: ${open.headline}${of}`, live);
    return passed(live);
  }
  if (facts.digest === null) {
    const failed = evidence?.twins.find(({ sabotage }) => sabotage === null)?.runs.findLast(({ outcome }) => outcome === 'fail');
    const gone = 'its scenario is gone, and its evidence is not';
    return failed === undefined ? stands('not verified', gone, []) : stands('failed', `${gone}; it said ${failed.headline}`, [failed]);
  }
  if (facts.runtime === null) return stands('not verified', facts.why ?? 'it cannot run here', []);
  if (evidence === null) return stands('not verified', 'it was never shown', []);
  if (evidence.digest !== facts.digest)
    return stands('not verified', `what it rests on was changed since ${day(lastOf(evidence.twins.flatMap(({ runs }) => runs)))}`, []);
  if (shown === undefined) return stands('not verified', 'only its sabotaged twins were played', []);
  const failed = shown.runs.findLast(({ outcome }) => outcome === 'fail');
  const last = shown.runs.at(-1);
  const bad = failed ?? (passes(shown.runs) === 0 ? last : undefined);
  if (bad !== undefined) {
    const of = `${passes(shown.runs)} of ${timesPlayed(shown.runs)} passed`;
    return stands(bad.outcome === 'fail' ? 'failed' : 'inconclusive', `${bad.headline} (${of})`, shown.runs);
  }
  const old = tooOld(shown, policy, now);
  return old === null ? passed(shown.runs) : stands('not verified', old, shown.runs);
}

function passes(runs: readonly RunEvidence[]): number {
  return runs.filter(({ outcome }) => outcome === 'pass').length;
}

/** Why the sabotaged twins do not show that the claim can fail; null when each did, on the code as it is, not too long ago. */
function twinsMissing(facts: VariantFacts, policy: Policy, now: number): string | null {
  const { evidence, sabotages, digest } = facts;
  if (sabotages.length === 0) return 'it has no sabotage, so that nothing shows that it could fail';
  if (evidence === null || evidence.digest !== digest) return 'its sabotaged twins were not played on this code';
  for (const name of sabotages) {
    const twin = evidence.twins.find(({ sabotage }) => sabotage === name);
    if (twin === undefined) return `its twin with ${name} was not played on this code`;
    if (!twin.proven) return `its twin with ${name} did not fail as named`;
    const old = tooOld(twin, policy, now);
    if (old !== null) return `its twin with ${name}: ${old}`;
    const { plays } = policy.gate;
    const decided = freshRuns(twin, policy, now);
    if (twin.within === null && decided < plays)
      return `its twin with ${name} failed as named in ${decided} of ${decided} play${decided === 1 ? '' : 's'}, and ${plays} are wanted`;
    const healthy = freshRuns(evidence.twins.find(({ sabotage }) => sabotage === null) ?? { runs: [] }, policy, now);
    if (twin.within !== null && healthy < twin.within)
      return `${name} shows once in ${twin.within} runs, and the system as it is was played ${healthy} time${healthy === 1 ? '' : 's'}`;
  }
  return null;
}

/** How many runs of a twin came to something. */
export function decidedRuns({ runs }: Pick<TwinEvidence, 'runs'>): number {
  return runs.filter(isDecided).length;
}

/** How many of them are not too old to count, nor of a day that is still to come. */
export function freshRuns({ runs }: Pick<TwinEvidence, 'runs'>, { gate }: Policy, now: number): number {
  const age_s = ({ at }: RunEvidence) => (now - Date.parse(at)) / 1000;
  return runs.filter((run) => isDecided(run) && age_s(run) >= 0 && age_s(run) <= gate.evidence_lasts).length;
}

/** How often the healthy system is to be played: once, or as often as the rarest weakness of its twins needs to show. */
export function healthyPlays({ chances = {} }: Pick<VariantFacts, 'chances'>): number {
  return Math.max(1, ...Object.values(chances));
}

/** A sabotaged twin that was played on this code, came to something, and not to what it must: whoever sees no weakness there may see none elsewhere. */
function twinThatPassed({ evidence, sabotages, digest }: VariantFacts): string | null {
  if (evidence === null || evidence.digest !== digest) return null;
  const found = evidence.twins.find(
    ({ sabotage, proven, within, runs }) =>
      sabotage !== null && sabotages.includes(sabotage) && !proven && decidedRuns({ runs }) >= (within ?? 1),
  );
  return found?.sabotage ?? null;
}

/** Why the evidence of a twin is too old to count (or of a day that is still to come); null: it is not. */
function tooOld({ runs }: TwinEvidence, policy: Policy, now: number): string | null {
  // What came to nothing makes nothing younger.
  const last = lastOf(runs.filter(isDecided));
  const age_s = (now - last) / 1000;
  if (age_s < 0) return `its evidence is dated ${day(last)}, which is still to come`;
  return age_s > policy.gate.evidence_lasts
    ? `its evidence is ${Math.floor(age_s / DAY_S)} days old, and lasts ${Math.round((policy.gate.evidence_lasts / DAY_S) * 10) / 10}`
    : null;
}

/** When the last of some runs was started (ms since 1970). */
function lastOf(runs: readonly RunEvidence[]): number {
  return Math.max(...runs.map(({ at }) => Date.parse(at)));
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
