import { nameOf } from '../model/evidence.ts';
import { plannedGuard } from '../model/guard.ts';
import type { Disruption, Objective, ObjectiveIn } from '../model/objective.ts';
import { FORMAT, Plan, type PlannedJourney } from '../model/plan.ts';
import type { Policy } from '../model/policy.ts';
import type { RuntimeName } from '../model/runtime.ts';
import type { Change, Sabotage, Scenario } from '../model/scenario.ts';
import { Service, type System } from '../model/system.ts';
import { UsageError } from '../model/usage-error.ts';
import { nearest } from '../runtime/template.ts';
import { plannedFaults } from './plan-faults.ts';

const TAU_MOST_S = 0.02;
const DEADLINE_MOST_S = 1;
const CLEAN_UP_S = 15;

/** What makes a scenario definite. */
export interface PlanOptions {
  readonly variant: string | null;
  readonly sabotage: string | null;
  readonly runtime: RuntimeName;
  readonly seed: number;
  readonly policy: Policy;
}

/**
 * Makes a plan: the sabotage laid over the system, the policy's numbers filled in, random times and targets drawn. Pure: the same arguments give the same plan, byte for
 * byte, on any machine. Throws UsageError when a name is unknown or the policy promises nothing.
 */
export function makePlan(scenario: Scenario, { variant, sabotage, runtime, seed, policy }: PlanOptions): Plan {
  const disturbance = disturbanceOf(scenario, variant);
  const planted = sabotage === null ? null : sabotageOf(scenario, sabotage, variant);
  const system = planted === null ? scenario.system : lay(scenario.system, planted.change);
  const objectives = objectivesOf(scenario, policy);
  const rtos = objectives.flatMap((objective) => (objective.kind === 'rto' ? [objective.within_s] : []));
  const tau_s = rtos.length === 0 ? TAU_MOST_S : Math.min(Math.min(...rtos) / 50, TAU_MOST_S);
  const faults = Object.entries(disturbance.faults).flatMap(([name, step]) => plannedFaults(name, step, seed, system));
  const { predicted } = disturbance;
  const must_see = [...new Set([...(scenario.must_see ?? []), ...disturbance.must_see])];
  const window_s = Math.max(...objectives.map(watchedFor), predicted?.max ?? 0, scenario.watch ?? 0) + policy.hold;
  for (const { name, heal, with: own } of faults) {
    const lasts = own?.['lasts'];
    if (heal === 'end' && typeof lasts === 'number' && lasts < window_s)
      throw new UsageError(`${scenario.id}: ${name} ends by itself after ${lasts} s, and is watched for ${window_s} s: let it last longer`);
  }
  const up_within_s = runtime === 'docker' ? 180 : 60;
  const last = Math.max(0, ...faults.map((fault) => (fault.at_s ?? 0) + (fault.after?.by_s ?? 0)));
  const plan: Plan = {
    format: FORMAT,
    kind: 'faultline.plan',
    scenario: scenario.id,
    title: scenario.title,
    principle: scenario.principle,
    claim: scenario.claim,
    variant: disturbance.name,
    runtime,
    seed,
    system,
    journeys: Object.entries(scenario.workload.journeys).map(([name, journey]): PlannedJourney => {
      const least = Math.min(
        ...objectives.flatMap((objective) => (objective.kind === 'rto' && objective.of.includes(name) ? [objective.within_s] : [])),
        DEADLINE_MOST_S * 10,
      );
      return {
        name,
        kind: journey.kind,
        at: journey.at === 'primary' ? 'primary' : typeof journey.at === 'string' ? [journey.at] : journey.at,
        port: journey.port ?? null,
        http: journey.http ?? null,
        sql: journey.sql ?? null,
        load:
          'open' in journey.load
            ? { open: { every_s: journey.load.open.every ?? tau_s, connections: journey.load.open.connections } }
            : journey.load,
        deadline_s: journey.deadline ?? least / 10,
        ...(journey.deletes === undefined ? {} : { deletes: journey.deletes }),
        ...(journey.fresh === undefined ? {} : { fresh: journey.fresh }),
      };
    }),
    read_back: scenario.workload.read_back ?? null,
    faults,
    objectives,
    predicted: predicted === undefined ? null : { min_s: predicted.min, max_s: predicted.max, from: predicted.from },
    sabotage: planted === null ? null : plantedOf(planted),
    tau_s,
    warm_up_s: scenario.warm_up,
    baseline_s: scenario.baseline,
    window_s,
    hold_s: policy.hold,
    settle_within_s: scenario.settle_within,
    up_within_s,
    expected_s: Math.round(scenario.warm_up + scenario.baseline + last + window_s + CLEAN_UP_S),
    ...(must_see.length === 0 ? {} : { must_see }),
    ...plannedGuard(scenario.abort),
  };
  return Plan.parse(plan);
}

/** A plan as text: keys in the schema's order, names in the order in which they were written, two spaces, a newline at the end. */
export function planBytes(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** The names of a scenario's variants; `[null]` when it has none. */
export function variantsOf(scenario: Scenario): readonly (string | null)[] {
  return scenario.variants === undefined ? [null] : Object.keys(scenario.variants);
}

/** The sabotages that show under a variant. */
export function sabotagesOf(scenario: Scenario, variant: string | null): readonly Sabotage[] {
  return scenario.sabotages.filter(
    (sabotage) => variant === null || sabotage.variants === undefined || sabotage.variants.includes(variant),
  );
}

/** In how many plays chance shows a weakness once; null where it shows every time, or there is none. */
export function chanceOf(sabotage: Pick<Sabotage, 'shows'> | null): number | null {
  return sabotage !== null && typeof sabotage.shows === 'object' ? sabotage.shows.within : null;
}

/** `chanceOf` of those sabotages of a variant that chance shows, by their names. */
export function chancesOf(scenario: Scenario, variant: string | null): Readonly<Record<string, number>> {
  return Object.fromEntries(
    sabotagesOf(scenario, variant).flatMap((sabotage) => {
      const within = chanceOf(sabotage);
      return within === null ? [] : [[sabotage.name, within]];
    }),
  );
}

function disturbanceOf(scenario: Scenario, variant: string | null) {
  if (scenario.variants === undefined) {
    if (variant !== null) throw new UsageError(`${scenario.id} has no variants; run it without @${variant}`);
    return { name: null, faults: scenario.faults ?? {}, predicted: scenario.predicted, must_see: [] };
  }
  const name = variant ?? Object.keys(scenario.variants)[0] ?? '';
  const found = scenario.variants[name];
  if (found === undefined) throw new UsageError(`${scenario.id} has no variant "${name}"${nearest(name, Object.keys(scenario.variants))}`);
  return { name, faults: found.faults, predicted: found.predicted ?? scenario.predicted, must_see: found.must_see ?? [] };
}

function sabotageOf(scenario: Scenario, name: string, variant: string | null): Sabotage {
  const known = sabotagesOf(scenario, variant ?? variantsOf(scenario)[0] ?? null);
  const found = known.find((sabotage) => sabotage.name === name);
  if (found === undefined)
    throw new UsageError(
      `${nameOf(scenario.id, variant)} has no sabotage "${name}"${nearest(
        name,
        known.map((each) => each.name),
      )}`,
    );
  return found;
}

function plantedOf({ name, title, objective, reason, takes_along, change }: Sabotage): Plan['sabotage'] {
  return { name, title, objective, reason, ...(takes_along === undefined ? {} : { takes_along }), change };
}

/** Lays parts of services over a system's services; `env`, `labels`, `ports` are merged, everything else is replaced. */
function lay(system: System, change: Change): System {
  const services = Object.fromEntries(
    Object.entries(system.services).map(([name, service]) => {
      const parts = Object.entries(change.services).flatMap(([glob, part]) => (matches(glob, name) ? [part] : []));
      let laid = service;
      for (const part of parts) {
        const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
        laid = {
          ...laid,
          ...given,
          env: { ...laid.env, ...part.env },
          labels: { ...laid.labels, ...part.labels },
          ports: { ...laid.ports, ...part.ports },
        };
      }
      return [name, Service.parse(laid)];
    }),
  );
  return { ...system, services, ...(system.cluster === undefined ? {} : { cluster: { ...system.cluster, ...change.cluster } }) };
}

/** Whether a name, or a name with `*` at its end, means this service. */
export function matches(glob: string, name: string): boolean {
  return glob.endsWith('*') ? name.startsWith(glob.slice(0, -1)) : glob === name;
}

function objectivesOf(scenario: Scenario, policy: Policy): readonly Objective[] & Objective[] {
  const journeys = Object.entries(scenario.workload.journeys);
  const open = journeys.filter(([, journey]) => 'open' in journey.load).map(([name]) => name);
  const writes = journeys.filter(([, journey]) => journey.kind === 'write' && journey.deletes === undefined).map(([name]) => name);
  const planned = (name: string, objective: ObjectiveIn): Objective => {
    switch (objective.kind) {
      case 'rto': {
        const { recovers, within } = objective;
        return { name, kind: 'rto', of: objective.of ?? open, recovers, ...timeOf(within, policy) };
      }
      case 'rpo':
        return { name, kind: 'rpo', of: objective.of ?? writes, ...writesOf(objective, policy) };
      case 'availability':
        return { name, kind: 'availability', of: objective.of ?? open, at_least: objective.at_least };
      case 'steady': {
        const { good_within, goodput, latency } = objective;
        return { name, kind: 'steady', of: objective.of ?? journeys.map(([each]) => each), good_within, goodput, latency };
      }
      case 'latency':
        return { name, kind: 'latency', of: objective.of ?? open, at_most_times: objective.at_most_times };
      case 'gauge': {
        const { figure, at_most = null, at_least = null, after } = objective;
        return { name, kind: 'gauge', of: [], figure, at_most, at_least, after_s: after };
      }
      case 'restore': {
        const { store, seen_by, expected, within, reaches_back = 0, at_least = null } = objective;
        const place = { of: objective.of ?? writes, store, seen_by, expected };
        return { name, kind: 'restore', ...place, ...timeOf(within, policy), reaches_back_s: reaches_back, at_least_s: at_least };
      }
    }
  };
  return Object.entries(scenario.objectives).map(([name, objective]) => planned(name, objective));
}

/** How long must be watched after the effect for what an objective promises. */
function watchedFor(objective: Objective): number {
  if (objective.kind === 'gauge') return objective.after_s;
  return 'within_s' in objective ? objective.within_s : 0;
}

function timeOf(within: number | Disruption, policy: Policy) {
  return typeof within === 'number'
    ? { within_s: within, disruption: null }
    : { within_s: promised(policy, within).rto, disruption: within };
}

function writesOf({ at_most }: Extract<ObjectiveIn, { kind: 'rpo' }>, policy: Policy) {
  if (typeof at_most === 'number') return { at_most_writes: at_most, disruption: null };
  const { rpo } = promised(policy, at_most);
  if (typeof rpo !== 'number')
    throw new UsageError(
      `the policy promises "${rpo}" for ${at_most}, which is no number of writes; write \`at_most: '0 writes'\` in the scenario`,
    );
  return { at_most_writes: rpo, disruption: at_most };
}

function promised(policy: Policy, disruption: keyof Policy['disruptions']) {
  const found = policy.disruptions[disruption];
  if (found === undefined)
    throw new UsageError(
      `the policy (faultline.config.ts) promises nothing for ${disruption}; add it there, or write a time in the scenario`,
    );
  return found;
}
