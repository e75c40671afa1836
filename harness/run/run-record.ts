import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CoveragePhase } from '../model/coverage.ts';
import type { Environment } from '../model/environment.ts';
import { FORMAT, type Plan } from '../model/plan.ts';
import type { StandUp } from '../model/runtime.ts';
import type { ObserverLink } from '../observer/link.ts';
import { makeRunFolder, newRunId, writeJson } from '../record/run-folder.ts';
import { TimelineFile } from '../record/timeline-file.ts';
import { UndoLedger } from '../record/undo-ledger.ts';
import type { Display } from '../report/console.ts';
import { answered, CutShort } from './cut-short.ts';
import { enlist } from './enlist.ts';
import { surroundings } from './environment.ts';
import { planBytes } from './plan.ts';
import type { SharedSystems } from './shared-systems.ts';
import type { Stage } from './stage.ts';
import { takeDown } from './take-down.ts';

/** Where a run goes and who may stop it. `signal` asks it to heal, clean up and end. */
export interface RunOptions {
  readonly out: string;
  /** Leave the system standing at the end, healed. */
  readonly keep: boolean;
  /** Where the system comes from, if another run may have left it standing; else every run stands up its own. */
  readonly shared?: SharedSystems;
  /** The command that repeats the run. */
  readonly replay: string;
  readonly display: Display;
  readonly signal: AbortSignal;
  /** Asks it to break off as a tripped guard would: heal, settle, collect; its reason, if it is a CutShort, says why. */
  readonly abort?: AbortSignal;
  /** Called while the system stands and nothing else is done: when it is up, when the baseline is over, when the window is (before anything is healed), and when all is healed. `folder`: the run's own. */
  readonly between?: (moment: CoveragePhase, stage: Stage, folder: string) => Promise<void>;
}

/** Everything of a run that outlives its steps: the folder, the ledgers, and what must be taken down. */
export interface RunRecord {
  readonly runId: string;
  readonly token: string;
  readonly folder: string;
  readonly ledger: UndoLedger;
  readonly timeline: TimelineFile;
  readonly environment: Environment;
  /** Aborted, with a CutShort, when the run must not go on: a full disk, a guard that tripped, a healing that somebody else took over. */
  readonly over: AbortSignal;
  /** Breaks the run off; the first reason stands. */
  breakOff(why: CutShort): void;
  /** Why this run may not count though it went to its end: somebody else healed it while this process stood still. */
  takenOver(): CutShort | null;
  /** The stand-up in the making: whoever is interrupted meanwhile must still take it down. */
  making: Promise<StandUp> | null;
  /** What it became. Where it is lent, whoever heals it away takes this run over, too. */
  standUp: StandUp | null;
  link: ObserverLink | null;
  /** Ends the observer, takes the system down, closes the files; returns what could not be removed. */
  down(keep: boolean): Promise<readonly string[]>;
}

/** Makes the run's folder with its plan, and opens its ledger and timeline; from here on `heal` knows of it. */
export function openRecord(plan: Plan, { out, replay, abort }: RunOptions, holds: readonly string[] = []): RunRecord {
  const now = new Date();
  const { id, token } = newRunId(plan.scenario, now);
  const folder = makeRunFolder(out, id);
  writeFileSync(path.join(folder, 'plan.json'), planBytes(plan));
  const environment: Environment = {
    format: FORMAT,
    run_id: id,
    token,
    started_at: now.toISOString(),
    replay,
    demonstration: plan.runtime === 'process' || plan.principle === null,
    ...surroundings(),
  };
  writeJson(path.join(folder, 'environment.json'), environment);
  const ledger = new UndoLedger(folder);
  const over = new AbortController();
  const breakOff = (why: CutShort) => over.abort(why);
  const onAbort = () => breakOff(abort?.reason instanceof CutShort ? abort.reason : new CutShort('aborted', 'a person aborted it'));
  if (abort?.aborted === true) onAbort();
  else abort?.addEventListener('abort', onAbort, { once: true });
  const timeline = new TimelineFile(path.join(folder, 'timeline.jsonl'), (error) =>
    breakOff(new CutShort('broken', error.message, { cause: error })),
  );
  const takenOver = () => {
    const by = ledger.takenBy() ?? record.standUp?.lent?.takenBy() ?? null;
    return by === null ? null : new CutShort('aborted', `this process stood still for long, and ${by} healed the system meanwhile`);
  };
  const registered = enlist({ run: id, folder, since: now.toISOString(), ...(holds.length === 0 ? {} : { holds: [...holds] }) }, () => {
    const taken = takenOver();
    if (taken !== null) breakOff(taken);
  });

  const record: RunRecord = {
    runId: id,
    token,
    folder,
    ledger,
    timeline,
    environment,
    over: over.signal,
    breakOff,
    takenOver,
    making: null,
    standUp: null,
    link: null,
    async down(keep) {
      if (record.link !== null && !record.link.isDead) await answered(record.link.end(), 'the end of the observer').catch(() => undefined);
      const stuck = keep ? [] : await takeDown(record.making, ledger);
      timeline.close();
      ledger.close();
      abort?.removeEventListener('abort', onAbort);
      if (keep) registered.keep();
      else if (stuck.length === 0) registered.remove();
      return stuck;
    },
  };
  return record;
}
