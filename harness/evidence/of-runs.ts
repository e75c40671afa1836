import type { RunEvidence, WayBack } from '../model/evidence.ts';
import { lostWrites, type Verdict } from '../model/verdict.ts';

/** What is remembered of a run. `took_s`: how long it took from plan to verdict, by the harness's own clock. */
export function remembered(verdict: Verdict, as_wanted: boolean, took_s: number): RunEvidence {
  const { run, outcome, reason, exit_code, headline } = verdict;
  const ways_back = waysBack(verdict);
  return {
    id: run.id,
    seed: run.seed,
    at: run.started_at,
    took_s: Math.round(took_s * 10) / 10,
    outcome,
    reason,
    exit_code,
    headline,
    as_wanted,
    rto_s: worstRto(verdict),
    rpo: worstRpo(verdict),
    ...(ways_back.length === 0 ? {} : { ways_back }),
  };
}

function waysBack({ objectives }: Verdict): WayBack[] {
  return objectives.flatMap(({ name, outcome, measured }) => {
    if (measured?.kind !== 'restore') return [];
    const { kind, store, found, rto_s, reaches_back_s, ...counts } = measured;
    return [{ name, outcome, ...counts, rto_s: rounded(rto_s), reaches_back_s: rounded(reaches_back_s) }];
  });
}

function rounded(bracket: readonly [number, number | null] | null): [number, number | null] | null {
  return bracket === null ? null : [round(bracket[0]), bracket[1] === null ? null : round(bracket[1])];
}

function worstRto({ objectives }: Verdict): RunEvidence['rto_s'] {
  const all = objectives.flatMap(({ measured }) => {
    if (measured?.kind === 'rto') return [measured];
    return measured?.kind === 'restore' && measured.expected === 'helps' && measured.rto_s !== null
      ? [{ lower_s: measured.rto_s[0], upper_s: measured.rto_s[1] }]
      : [];
  });
  if (all.length === 0) return null;
  const uppers = all.map(({ upper_s }) => upper_s);
  return [
    round(Math.max(...all.map(({ lower_s }) => lower_s))),
    uppers.includes(null) ? null : round(Math.max(...uppers.map((upper) => upper ?? 0))),
  ];
}

function worstRpo({ objectives }: Verdict): RunEvidence['rpo'] {
  const all = objectives.flatMap(({ measured }) =>
    measured?.kind === 'rpo' && measured.stores.some(({ role }) => role === 'authority') ? [measured] : [],
  );
  // Where nothing was read back, a zero would be a lie.
  if (all.length === 0) return null;
  const worst = all.reduce((a, b) => (lostWrites(b) > lostWrites(a) ? b : a));
  return { lost: lostWrites(worst), acknowledged: worst.acknowledged };
}

function round(s: number): number {
  return Math.round(s * 1000) / 1000;
}
