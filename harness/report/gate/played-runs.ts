import { existsSync } from 'node:fs';
import path from 'node:path';
import { nameOf, type RunEvidence } from '../../model/evidence.ts';
import type { GateRecord, GateRun, GateStep } from '../../model/gate.ts';
import { FORMAT } from '../../model/plan.ts';
import { UsageError } from '../../model/usage-error.ts';
import { Verdict } from '../../model/verdict.ts';
import { readDocument } from '../../record/read-document.ts';
import { readPlan, readRecording } from '../../record/recording.ts';
import { shownOf } from '../write.ts';
import { type RunHtml, type RunRead, runHtml } from './run-html.ts';

/** A run that a gate played, as far as its folder tells. */
export interface PlayedRun extends GateRun {
  /** Whether its own report lies where a link from the gate's page leads. */
  readonly reported: boolean;
  /** What the page shows of it; in words why nothing is; null where another run of its twin is shown in its place. */
  readonly shown: RunHtml | { readonly why: string } | null;
}

/** By the run's id. */
export type PlayedRuns = ReadonlyMap<string, PlayedRun>;

/** However few there are: a page is to open at once. */
const MOST_SHARE = 400_000;

/**
 * Reads what a gate's page shows of the runs that it played, each once and one after the other, from their folders in `out`: of each twin of a claim the run that says most. `room`: bytes for all of them together. A folder that is not
 * there, or is damaged, takes nothing along: why stands in its place.
 */
export async function playedRuns(out: string, record: GateRecord, room: number): Promise<PlayedRuns> {
  const chosen = chosenOf(record.runs);
  const share = Math.min(MOST_SHARE, room / chosen.length);
  const played = new Map<string, PlayedRun>();
  for (const each of record.runs) {
    const { step, run } = each;
    const folder = folderOf(out, run.id);
    const i = chosen.indexOf(each);
    const twins = chosen.filter((other) => sameVariant(other.step, step));
    played.set(run.id, {
      step,
      run,
      reported: folder !== null && existsSync(path.join(folder, 'report.html')),
      shown:
        i < 0
          ? null
          : await shownIn(folder, run, (read) =>
              runHtml(read, { id: `run-${i + 1}`, name: twinText(step), width: twins.length > 1 ? 'column' : 'page', share }),
            ),
    });
  }
  return played;
}

/** `database-failover@kill, as it is`, `database-failover@kill, sabotaged: asynchronous-replication`. */
export function twinText({ scenario, variant, sabotage }: GateStep): string {
  return `${nameOf(scenario, variant)}, ${sabotage === null ? 'as it is' : `sabotaged: ${sabotage}`}`;
}

export function sameVariant(a: Pick<GateStep, 'scenario' | 'variant'>, b: Pick<GateStep, 'scenario' | 'variant'>): boolean {
  return a.scenario === b.scenario && a.variant === b.variant;
}

/** One run of each twin that stands for a claim. */
function chosenOf(runs: readonly GateRun[]): readonly GateRun[] {
  const twins = Map.groupBy(
    runs.filter(({ step }) => step.claim !== null),
    ({ step }) => twinText(step),
  );
  return [...twins.values()].flatMap((own) => tellingOf(own) ?? []);
}

/** Of the system as it is, what went worst, the last of these; of a sabotaged one, what failed as named. */
function tellingOf(runs: readonly GateRun[]): GateRun | undefined {
  const last = (is: (each: GateRun) => boolean) => runs.findLast(is);
  if (runs[0]?.step.sabotage !== null) return last(({ run }) => run.as_wanted) ?? runs.at(-1);
  return last(({ run }) => run.outcome === 'fail') ?? last(({ run }) => run.outcome === 'inconclusive') ?? runs.at(-1);
}

/** A run's folder; null for what is no plain name: a record may come from elsewhere, and leads nowhere else. */
function folderOf(out: string, id: string): string | null {
  return id !== path.basename(id) || id === '.' || id === '..' ? null : path.resolve(out, id);
}

async function shownIn(folder: string | null, run: RunEvidence, show: (read: RunRead) => RunHtml): Promise<PlayedRun['shown']> {
  if (folder === null || !existsSync(folder))
    return { why: 'its folder does not lie beside this page’s: it was played elsewhere, or removed' };
  try {
    return show(await read(folder, run));
  } catch (error) {
    // One folder that cannot be read takes no page away.
    return { why: `its folder cannot be shown: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function read(folder: string, { id, outcome, headline }: RunEvidence): Promise<RunRead> {
  const plan = readPlan(folder);
  const file = path.join(folder, 'verdict.json');
  const verdict = readDocument(file, Verdict, { as: 'a verdict', isNot: 'is no verdict', newest: FORMAT });
  if (verdict.run.id !== id || verdict.outcome !== outcome || verdict.headline !== headline)
    throw new UsageError(`${file} says "${verdict.headline}" of ${verdict.run.id}, and this gate saw "${headline}" of ${id}`);
  return { verdict, ...(await shownOf(folder, await readRecording(folder), verdict, plan)) };
}
