import { definitionOf } from '../fault/faults.ts';
import type { ConditionEvent } from '../model/event.ts';
import type { PlannedFault } from '../model/plan.ts';
import { answered } from './cut-short.ts';
import type { Stage } from './stage.ts';

/** The lives of services by name, as their engine or kernel tells them apart. */
export type Lives = ReadonlyMap<string, string>;

const LOOK_WITHIN_MS = 10_000;

/**
 * Writes down what the engine or kernel says of every service, before a fault of the family lifecycle and after its effect was seen: the judges read from it that nothing else was frozen or killed. A
 * service of which nobody answers in time is left out, and attests nothing. Returns the lives that were seen.
 */
export async function attest(stage: Stage, fault: PlannedFault, when: ConditionEvent['when']): Promise<Lives> {
  if (definitionOf(fault.fault).family !== 'lifecycle') return new Map();
  const looks = await Promise.all(
    [...stage.standUp.instances.values()].map(async ({ name, condition }, i, all) => {
      const look = condition?.call(all[i]);
      if (look === undefined) return [];
      const late = new Promise<null>((resolve) => setTimeout(resolve, LOOK_WITHIN_MS, null).unref());
      const seen = await Promise.race([look, late]).catch((error: unknown) => {
        stage.display.line(`nobody says how ${name} is: ${(error as Error).message}`);
        return null;
      });
      return seen === null ? [] : [[name, { state: seen.state, exit: seen.exit, oom: seen.out_of_memory, life: seen.life }] as const];
    }),
  );
  const services = Object.fromEntries(looks.flat());
  if (Object.keys(services).length > 0) await answered(stage.link.mark({ k: 'condition', fault: fault.name, when, services }), 'its stamp');
  return new Map(Object.entries(services).flatMap(([name, { life }]) => (life === null ? [] : [[name, life]])));
}
