import type { TimelineEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Runtime } from '../model/runtime.ts';
import { keptDisplay } from '../report/kept-display.ts';
import type { Stage } from '../run/stage.ts';
import { stand } from '../run/standing.ts';
import { startServices } from '../run/up.ts';

const REPLICATING_WITHIN_MS = 60_000;

/** A system that stands, with an observer that watches it, as a run has, for tests of single faults. */
export interface StandingStage {
  readonly stage: Stage;
  /** Everything that the observer has written so far, operations apart. */
  events(): readonly TimelineEvent[];
  /** The last lines that a person would have seen, for an assertion's message. */
  said(): string;
  /** Waits until every service answers its own probe again. */
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
    await replicating(stage);
  } catch (error) {
    await down();
    throw error;
  }
  return {
    stage,
    events: () => events,
    said: () => said.slice(-12).join('\n'),
    async settled() {
      const deadline = performance.now() + 30_000;
      const dead = () => [...standUp.instances.keys()].filter((name) => link.watched(name)?.to === 'dead');
      while (dead().length > 0) {
        if (performance.now() > deadline) throw new Error(`${dead().join(', ')} did not answer again within 30 s`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    down,
  };
}

/** Waits until all members of a cluster but its leader follow that. */
async function replicating({ plan, link, signal }: Stage): Promise<void> {
  const { cluster } = plan.system;
  if (cluster === undefined) return;
  const all = (event: TimelineEvent) => event.k === 'lag' && Object.keys(event.standbys).length === cluster.members.length - 1;
  if ((await link.when(all, REPLICATING_WITHIN_MS, signal)) === null)
    throw new Error(`${cluster.members.join(', ')}: no leader that all others follow within ${REPLICATING_WITHIN_MS / 1000} s`);
}
