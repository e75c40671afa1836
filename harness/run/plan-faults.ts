import { definitionOf } from '../fault/faults.ts';
import type { FaultStep, Selector, SingleStep } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import type { System } from '../model/system.ts';
import { stream } from '../record/seed.ts';

type When = Pick<PlannedFault, 'at_s' | 'after' | 'on'>;
type Given = Pick<SingleStep, 'heal' | 'amplifier' | 'confirm_within'>;

/**
 * A step of a scenario as the faults that it stands for: one, one for each time that it is repeated, one for each part of a combined one. Times, targets and whatever else chance decides
 * are drawn here, from streams of their own.
 */
export function plannedFaults(name: string, step: FaultStep, seed: number, system: System): readonly PlannedFault[] {
  const times = step.repeat?.times ?? 1;
  return Array.from({ length: times }, (_, i) => i).flatMap((i) => {
    const own = times === 1 ? name : `${name}-${i + 1}`;
    const when: When = i === 0 ? whenOf(step, seed, name) : { at_s: null, after: { fault: `${name}-${i}`, by_s: step.repeat?.every ?? 0 } };
    if (step.fault !== 'together') return [single(own, step, when, step, null, seed, system)];
    return Object.entries(step.of).map(([part, each]) => single(`${own}-${part}`, each, when, step, own, seed, system));
  });
}

function whenOf(step: FaultStep, seed: number, name: string): When {
  return {
    at_s: step.after !== undefined || step.on !== undefined ? null : drawTime(step.at ?? 0, seed, name),
    after: step.after === undefined ? null : { fault: step.after.fault, by_s: step.after.by },
    ...(step.on === undefined ? {} : { on: { event: step.on.event, by_s: step.on.by } }),
  };
}

function single(
  name: string,
  step: SingleStep,
  when: When,
  { heal, amplifier, confirm_within }: Given,
  group: string | null,
  seed: number,
  system: System,
): PlannedFault {
  const slow = step.fault === 'pause' || system.cluster !== undefined;
  return {
    name,
    fault: step.fault,
    target: 'target' in step ? drawTarget(step.target as Selector, seed, name) : aimOf(step, system),
    from: 'from' in step && step.from !== undefined ? drawTarget(step.from as Selector, seed, `${name}/from`) : null,
    port: step.fault === 'cut' ? step.from_port : step.fault === 'hold' ? (step.port ?? null) : null,
    grace_s: step.fault === 'stop' ? (step.grace ?? 10) : null,
    ...when,
    ...(group === null ? {} : { group }),
    heal: typeof heal === 'string' ? heal : { after_s: heal.after },
    amplifier,
    confirm_within_s: step.confirm_within ?? confirm_within ?? (step.fault === 'by-hand' ? step.within : slow ? 10 : 5),
    ...(step.fault === 'by-hand' ? { hands: { do: step.do, undo: step.undo, within_s: step.within } } : {}),
    ...parametersOf(step, name, seed),
  };
}

/** What a fault without a target of its own is about: the member that shall lead, or where a link leads to. */
function aimOf(step: SingleStep, system: System): string {
  if (step.fault === 'handover') return step.to;
  if ('name' in step) return system.names?.[step.name]?.to ?? '';
  return system.links?.[String((step as { link?: unknown }).link)]?.to ?? '';
}

/** What every fault may say, and what has a place of its own in the plan. */
const PLACED = [
  'fault target from at after on repeat heal amplifier confirm_within',
  'from_port port grace do undo within', // of the kinds that came before `with`
].map((words) => words.split(' '));

function parametersOf(step: SingleStep, name: string, seed: number): Pick<PlannedFault, 'with'> {
  const definition = definitionOf(step.fault);
  const before = ['kill', 'stop', 'pause', 'hold', 'cut', 'by-hand'].includes(step.fault);
  const placed = new Set(before ? PLACED.flat() : PLACED[0]);
  const own = Object.fromEntries(Object.entries(step).filter(([key, value]) => !placed.has(key) && value !== undefined));
  const drawn = definition.draw?.(own as NonNullable<PlannedFault['with']>, stream(seed, `faults/${name}/draw`)) ?? own;
  return Object.keys(drawn).length === 0 ? {} : { with: drawn as NonNullable<PlannedFault['with']> };
}

function drawTarget(selector: Selector, seed: number, name: string): PlannedFault['target'] {
  return typeof selector === 'object' && 'any' in selector ? stream(seed, `targets/${name}`).pick(selector.any) : selector;
}

function drawTime(at: Exclude<FaultStep['at'], undefined> | number, seed: number, name: string): number {
  if (typeof at === 'number') return at;
  const [from, to] = at.between;
  // Whole milliseconds: a plan is read by people.
  return Math.round((from + stream(seed, `faults/${name}`).next() * (to - from)) * 1000) / 1000;
}
