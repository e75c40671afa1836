import type { RuntimeName } from '../model/runtime.ts';
import type { Scenario } from '../model/scenario.ts';

/** The runtimes whose services a scenario describes. */
export function runtimesOf(scenario: Scenario): readonly RuntimeName[] {
  if (scenario.system.compose !== undefined) return ['compose'];
  const services = Object.values(scenario.system.services);
  if (services.some((service) => service.url !== undefined)) return ['adopted'];
  const cuts = [scenario.faults ?? {}, ...Object.values(scenario.variants ?? {}).map((variant) => variant.faults)].some((faults) =>
    Object.values(faults).some((fault) => fault.fault === 'cut'),
  );
  const process = services.every((service) => service.command !== undefined) && !cuts;
  const docker = services.every((service) => service.image !== undefined);
  return [...(docker ? (['docker'] as const) : []), ...(process ? (['process'] as const) : [])];
}

/** The runtime on which a scenario counts towards its claim; null where it can only be a demonstration. */
export function runtimeThatCounts(scenario: Scenario): RuntimeName | null {
  return runtimesOf(scenario).find((runtime) => runtime !== 'process') ?? null;
}
