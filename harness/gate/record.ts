import { isDeepStrictEqual } from 'node:util';
import { type Evidence, nameOf } from '../model/evidence.ts';
import { GateRecord, type GateStep } from '../model/gate.ts';
import type { ProjectPolicy } from '../model/project-policy.ts';
import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { readDocument } from '../record/read-document.ts';
import type { Catalogue } from './facts.ts';
import { type ClaimStanding, standingOf } from './standing.ts';

/** Where every claim stands after what a gate played: the healthy runs of it beside the evidence. Where some principles were asked for, only their claims are waited for. Demonstrations and sabotaged twins count towards nothing here. */
export function gateStandings(record: GateRecord, known: Catalogue, policy: ProjectPolicy): readonly ClaimStanding[] {
  const live = ({ scenario, variant }: Pick<GateStep, 'scenario' | 'variant'>) =>
    record.runs.flatMap(({ step, run }) =>
      step.scenario === scenario && step.variant === variant && step.sabotage === null && step.claim !== null ? [run] : [],
    );
  const facts = known.candidates.map(({ facts: each }) => {
    const known_ids = new Set(
      each.evidence?.digest === each.digest ? each.evidence?.twins.flatMap(({ runs }) => runs.map(({ id }) => id)) : [],
    );
    // What was kept as evidence just now is no second run.
    return { ...each, live: live(each).filter(({ id }) => !known_ids.has(id)) };
  });
  return standingOf([...facts, ...known.gone], policy, Date.parse(record.ended ?? record.at), record.principles);
}

/** What each variant of the catalogue rests on, by its name. */
export function digestsOf({ candidates }: Catalogue): Record<string, string> {
  return Object.fromEntries(
    candidates.flatMap(({ facts: { scenario, variant, digest } }) => (digest === null ? [] : [[nameOf(scenario, variant), digest]])),
  );
}

/** Reads `gate.json`. Throws UsageError when it is none, cut short or of another format. */
export function readGate(file: string): GateRecord {
  return readDocument(file, GateRecord, { as: 'what a gate came to', isNot: 'is not what a gate came to', newest: 1 });
}

/** Puts the shards of one gate together. Throws UsageError when they are of different gates, overlap, or one is missing. `now`: what each variant rests on here. */
export function mergeShards(
  shards: readonly { readonly file: string; readonly record: GateRecord }[],
  now: Readonly<Record<string, string>>,
): GateRecord {
  const [first, ...others] = shards;
  if (first === undefined) throw new UsageError('merge takes the gate.json of every shard');
  const same = (what: string, of: (record: GateRecord) => unknown) => {
    const other = others.find(({ record }) => JSON.stringify(of(record)) !== JSON.stringify(of(first.record)));
    if (other !== undefined) throw new UsageError(`${first.file} and ${other.file} are no shards of one gate: their ${what} differs`);
  };
  same('commit', ({ commit }) => commit);
  same('profile', ({ profile, changed_since, principles }) => [profile, changed_since, principles]);
  same('number of shards', ({ shard }) => shard.of);
  same('choice of what is played', ({ steps }) => steps);
  same('state of the code', ({ digests }) => digests);
  const seen = new Map<number, string>();
  for (const { file, record } of shards) {
    const before = seen.get(record.shard.n);
    if (before !== undefined) throw new UsageError(`${before} and ${file} are both shard ${record.shard.n} of ${record.shard.of}`);
    seen.set(record.shard.n, file);
  }
  const ids = new Map<string, string>();
  for (const { file, record } of shards)
    for (const { run } of record.runs) {
      const before = ids.get(run.id);
      if (before !== undefined) throw new UsageError(`${before} and ${file} overlap: run ${run.id} is in both`);
      ids.set(run.id, file);
    }
  const missing = Array.from({ length: first.record.shard.of }, (_, i) => i + 1).filter((n) => !seen.has(n));
  if (missing.length > 0) throw new UsageError(`shard ${missing.join(', ')} of ${first.record.shard.of} is missing`);
  if (JSON.stringify(first.record.digests) !== JSON.stringify(now))
    throw new UsageError('these shards were played on other code than what lies here: check that commit out first');
  const all = shards.map(({ record }) => record).sort((a, b) => a.shard.n - b.shard.n);
  return {
    ...first.record,
    at: all.map(({ at }) => at).sort()[0] ?? first.record.at,
    // What was played last month proves nothing of today: waivers and ages count from now.
    ended: new Date().toISOString(),
    shard: { n: 1, of: 1 },
    left: allLeft(all),
    runs: all.flatMap(({ runs }) => runs),
    interrupted: all.some(({ interrupted }) => interrupted),
  };
}

/** Throws UsageError where a run of a shard is not in the evidence that came with the shards: what failed must not be lost on the way. Demonstrations and what was cut short are kept nowhere. */
export function checkKept(
  shards: readonly { readonly file: string; readonly record: GateRecord }[],
  evidence: ReadonlyMap<string, Evidence>,
): void {
  for (const { file, record } of shards)
    for (const { step, run } of record.runs) {
      if (step.claim === null || run.exit_code === EXIT.interrupted) continue;
      const name = nameOf(step.scenario, step.variant);
      const kept = evidence.get(name);
      const twin = kept?.digest === record.digests[name] ? kept?.twins.find(({ sabotage }) => sabotage === step.sabotage) : undefined;
      if (!twin?.runs.some((each) => isDeepStrictEqual(each, run)))
        throw new UsageError(
          `${file}: its run ${run.id} of ${name} is not as it came out in the evidence that its history/ brought: bring the shard's whole folder; where what it rests on was changed while it was played, play it again`,
        );
    }
}

/** What the shards did not play, each once. */
function allLeft(records: readonly GateRecord[]): GateRecord['left'] {
  const all = records.flatMap(({ left }) => left);
  return all.filter(({ name, why }, i) => all.findIndex((each) => each.name === name && each.why === why) === i);
}
