import type { TimelineEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Runtime } from '../model/runtime.ts';
import { keptDisplay } from '../report/kept-display.ts';
import { untilNone } from '../run/settle.ts';
import type { Stage } from '../run/stage.ts';
import { stand } from '../run/standing.ts';
import { startServices } from '../run/up.ts';

const STEADY_WITHIN_S = 60;
const STEADY_AGAIN_WITHIN_S = 30;

/** A system that stands, with an observer that watches it, as a run has, for tests of single faults. */
export interface StandingStage {
  readonly stage: Stage;
  /** Everything that the observer has written so far, operations apart. */
  events(): readonly TimelineEvent[];
  /** The last lines that a person would have seen, for an assertion's message. */
  said(): string;
  /** Waits until every service answers its own probe again, and a cluster is whole. */
  settled(): Promise<void>;
  down(): Promise<void>;
}

/** Stands a plan's system up on a runtime, its undo ledger in `place`. */
export async function standStage(runtime: Runtime, place: string, plan: Plan): Promise<StandingStage> {
  const said: string[] = [];
  const events: TimelineEvent[] = [];
  const { token, standUp, link, ledger, down } = await stand(runtime, plan.system, place, (line) => {
    if (!line.startsWith('{"k":"op"')) events.push(JSON.parse(line) as TimelineEvent);
  });
  const display = keptDisplay(said);
  const { signal } = new AbortController();
  const stage: Stage = { plan, token, standUp, link, ledger, display, signal, active: [], eyes: new Map() };
  try {
    await startServices(stage);
    await steady(stage, STEADY_WITHIN_S);
  } catch (error) {
    await down();
    throw error;
  }
  return {
    stage,
    events: () => events,
    said: () => said.slice(-12).join('\n'),
    settled: () => steady(stage, STEADY_AGAIN_WITHIN_S),
    down,
  };
}

async function steady(stage: Stage, within_s: number): Promise<void> {
  const why = await untilNone(stage, within_s);
  if (why.length > 0) throw new Error(`no steady state within ${within_s} s: ${why.join('; ')}`);
}
