import { FORMAT } from '../model/plan.ts';
import { EXIT, exitFor, Outcome, Reason } from '../model/reason.ts';
import { ObjectiveVerdict, type Verdict } from '../model/verdict.ts';
import type { ReadRecording, Recording } from '../record/recording.ts';
import { judgeBaseline } from './baseline.ts';
import { judgeEffect } from './effect.ts';
import { figuresOf } from './figures.ts';
import { headline } from './headline.ts';
import { judgeLoad } from './load.ts';
import { judgeMarks } from './marks.ts';
import { type Judge, judgeObjective, promise } from './objectives.ts';
import { judgeRecording } from './recording.ts';
import { oneLine } from './say.ts';

/**
 * Judges a finished run. Pure: the same folder gives the same verdict anywhere. The gates come first (why it was cut short, a damaged recording, an unhealthy baseline, a fault
 * that was not seen): where one is open every objective is inconclusive for its reason. Where the run did not meet what its plan says it must (`must_see`), no objective passes. Fails if any objective fails, passes only if all do. Never throws: a judge that
 * does is inconclusive, too.
 */
export function judge({ sabotage, ...recording }: ReadRecording, judgeOne: Judge = judgeObjective): Verdict {
  const gates = [
    guarded('recording', 'recording', '', () => judgeRecording(recording)),
    guarded('baseline', 'baseline', '', () => judgeBaseline(recording)),
    guarded('effect', 'effect', '', () => judgeEffect(recording)),
    guarded('load', 'load', '', () => judgeLoad(recording)),
  ];
  const { figures, failed } = figuresOrNone(recording);
  const cut = cutOf(recording);
  const shut = cut ?? failed ?? gates.find((gate) => gate.outcome !== 'pass') ?? null;
  const marks = recording.plan.must_see === undefined ? [] : [guarded('marks', 'marks', '', () => judgeMarks(recording))];
  const unmet = marks.find(({ outcome }) => outcome !== 'pass') ?? null;
  const objectives = recording.plan.objectives.map((objective) => {
    const verdict = guarded(objective.name, objective.kind, promise(objective), () => judgeOne(recording, objective));
    // A run that did not meet what it is for has shown nothing good; what it broke is broken all the same.
    const open = shut ?? (verdict.outcome === 'pass' ? unmet : null);
    return open === null ? verdict : { ...verdict, outcome: 'inconclusive' as const, reason: open.reason, because: open.because };
  });
  const stuck = stuckOf(recording);
  const { outcome, reason, because } = conclude(objectives, shut, stuck);
  const { plan, environment } = recording;
  return {
    format: FORMAT,
    run: {
      id: environment.run_id,
      scenario: plan.scenario,
      title: plan.title,
      variant: plan.variant,
      principle: plan.principle,
      claim: plan.claim,
      runtime: plan.runtime,
      demonstration: environment.demonstration,
      seed: plan.seed,
      sabotage: sabotage?.name ?? null,
      started_at: environment.started_at,
      replay: environment.replay,
    },
    outcome,
    reason,
    exit_code: exitCode(outcome, cut, stuck),
    because,
    headline: headline(plan, objectives, outcome, reason, because),
    objectives: [...objectives, ...gates, ...marks],
    ...figures,
  };
}

interface Shut {
  readonly reason: Reason;
  readonly because: string;
}

type Figures = ReturnType<typeof figuresOf>;

/** The figures rest on the same folds as the judges; where they cannot be made, nothing may pass. */
function figuresOrNone(recording: Recording): { figures: Figures; failed: Shut | null } {
  try {
    return { figures: figuresOf(recording), failed: null };
  } catch (error) {
    const harness = { lateness_ms_p99: null, unknown_ratio: null, stalls: 0, tau_ms: recording.plan.tau_s * 1000 };
    const figures = { faults: [], episodes: [], milestones: [], downtime_s: [], availability: [], floors: [], harness };
    const because = oneLine(`the figures could not be made: ${inWords(error)}`);
    return { figures, failed: { reason: 'judge.threw', because } };
  }
}

/** A judge that throws has seen nothing. */
function guarded(name: string, kind: ObjectiveVerdict['kind'], objective: string, work: () => ObjectiveVerdict): ObjectiveVerdict {
  try {
    const verdict: unknown = work();
    if (!isVerdict(verdict)) throw new Error(`its answer is no verdict: ${JSON.stringify(verdict)}`);
    return verdict;
  } catch (error) {
    const because = oneLine(`the judge of ${name} threw: ${inWords(error)}`);
    // A promise of a kind that does not exist has no kind that a verdict could have.
    const known = ObjectiveVerdict.shape.kind.safeParse(kind).data ?? 'recording';
    return { name, kind: known, outcome: 'inconclusive', reason: 'judge.threw', because, objective, measured: null, evidence: [] };
  }
}

function isVerdict(answer: unknown): answer is ObjectiveVerdict {
  const { outcome, reason, because } = (answer ?? {}) as Partial<ObjectiveVerdict>;
  return Outcome.safeParse(outcome).success && Reason.safeParse(reason).success && typeof because === 'string';
}

/** Whatever was thrown, in words; some things have none. */
function inWords(error: unknown): string {
  if (error instanceof Error) return error.message;
  try {
    return String(error);
  } catch {
    // Things without a text exist, and judges can throw them.
    return 'something without words';
  }
}

/** Why the run did not go to its end, by the timeline or, when the observer was dead by then, by environment.json. */
function cutOf({ events, environment }: Recording): (Shut & { readonly exit: number }) | null {
  const event = events.find((each) => each.k === 'cut');
  const cut = event?.k === 'cut' ? event : environment.cut;
  if (cut === undefined) return null;
  const because = oneLine(`cut short: ${cut.why}`);
  switch (cut.by) {
    case 'aborted':
      return { reason: 'aborted', because, exit: EXIT.inconclusive };
    case 'interrupted':
      return { reason: 'interrupted', because, exit: EXIT.interrupted };
    case 'broken':
      return { reason: 'harness.broken', because, exit: EXIT.usage };
  }
}

/** What could not be healed or taken down; null when nothing is left. */
function stuckOf(recording: Recording): Shut | null {
  const stamped = recording.events.some((event) => event.k === 'end');
  const faults = recording.plan.faults.flatMap(({ name }) => {
    const states = recording.events.flatMap((event) => (event.k === 'fault' && event.fault === name ? [event.state] : []));
    if (states.includes('stuck')) return [`${name} would not heal`];
    // A dead observer stamps nothing: what was healed then stands in the ledger alone.
    return stamped && states.includes('command') && !states.includes('healed') ? [`${name} was never healed`] : [];
  });
  const left = [...faults, ...(recording.environment.left_behind ?? [])];
  return left.length === 0 ? null : { reason: 'heal.stuck', because: oneLine(`a person is needed: ${left.join('; ')}`) };
}

function conclude(objectives: readonly ObjectiveVerdict[], shut: Shut | null, stuck: Shut | null): Shut & { readonly outcome: Outcome } {
  if (shut !== null)
    return {
      outcome: 'inconclusive',
      reason: shut.reason,
      because: stuck === null ? shut.because : oneLine(`${shut.because}; ${stuck.because}`),
    };
  const worst = objectives.find((each) => each.outcome === 'fail') ?? objectives.find((each) => each.outcome === 'inconclusive');
  if (worst !== undefined) return { outcome: worst.outcome, reason: worst.reason, because: `${worst.name}: ${worst.because}` };
  if (objectives.length === 0) return { outcome: 'inconclusive', reason: 'evidence.no_objectives', because: 'the plan promises nothing' };
  if (!objectives.every((each) => each.outcome === 'pass'))
    return { outcome: 'inconclusive', reason: 'judge.threw', because: 'a promise was not judged' };
  // Every promise held, but the system is not what it was: that is no pass.
  if (stuck !== null) return { outcome: 'inconclusive', ...stuck };
  return { outcome: 'pass', reason: 'held', because: objectives.map((each) => each.because).join('; ') };
}

function exitCode(outcome: Outcome, cut: { readonly exit: number } | null, stuck: Shut | null): number {
  // Interrupted means that all was cleaned up: where it was not, a person must know.
  if (stuck !== null) return EXIT.unhealed;
  return cut?.exit ?? exitFor(outcome);
}
