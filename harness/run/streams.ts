import type { Plan, PlannedJourney } from '../model/plan.ts';
import type { Instance, StandUp } from '../model/runtime.ts';
import type { Alert, Probe } from '../model/system.ts';
import type { ResolvedProbe, ResolvedStream } from '../observer/protocol.ts';

const NS = 1e9;

/** The plan's journeys as streams with addresses: one for each prober and each writer. `leader` is who leads the cluster right now. */
export function streamsOf(plan: Plan, standUp: StandUp, leader: string | null): readonly ResolvedStream[] {
  return plan.journeys.flatMap((journey): ResolvedStream[] => {
    const at = servicesOf(journey, leader);
    const common = (writer: string, service: string) => ({
      journey: journey.name,
      writer,
      kind: journey.kind,
      deadline_ns: Math.round(journey.deadline_s * NS),
      give_up_ns: Math.round(Math.max(journey.deadline_s, 1) * NS),
      address: instanceOf(standUp, service).address(journey.port ?? undefined),
      http: journey.http,
      sql: journey.sql,
      salt: String(plan.seed),
      ...(journey.deletes === undefined ? {} : { deletes: journey.deletes }),
      ...(journey.fresh === undefined ? {} : { fresh: journey.fresh }),
    });
    if ('open' in journey.load) {
      const { every_s, connections } = journey.load.open;
      return connections.map((connection, i) => ({
        ...common(connection === 'fresh' ? 'f' : 'p', at[i % at.length] ?? ''),
        connection,
        load: 'open' as const,
        every_ns: Math.round(every_s * NS),
        // Two probers of one journey stand half a tau apart.
        offset_ns: Math.round((every_s * NS * i) / connections.length),
      }));
    }
    const { writers, per_s } = journey.load.closed;
    return Array.from({ length: writers }, (_, i) => ({
      ...common(`w${i}`, at[i % at.length] ?? ''),
      connection: 'pooled' as const,
      load: 'closed' as const,
      every_ns: Math.round(NS / per_s),
      offset_ns: Math.round((NS / per_s / writers) * i),
    }));
  });
}

/** A probe with its address filled in. */
export function resolveProbe(probe: Probe, instance: Pick<Instance, 'address'>): ResolvedProbe {
  const address = instance.address(probe.port);
  if ('http' in probe) return { kind: 'http', address, method: probe.method, path: probe.http, status: probe.status };
  if ('sql' in probe) return { kind: 'sql', address, login: probe.login, text: probe.sql };
  return { kind: 'tcp', address };
}

/** The question after the system's own alert, which is answered well while there is none. */
export function resolveAlert({ quiet, raised }: Alert, instance: Pick<Instance, 'address'>): ResolvedProbe {
  if (quiet !== undefined) return resolveProbe(quiet, instance);
  if (raised === undefined) throw new Error('an alert says neither `quiet` nor `raised`');
  const { http: path, port, method, status, body_has } = raised;
  return {
    kind: 'http',
    address: instance.address(port),
    method,
    path,
    status,
    alert: true,
    ...(body_has === undefined ? {} : { body_has }),
  };
}

/** The instance of a service; the plan was checked, so that one is missing is a defect of the harness. */
export function instanceOf(standUp: StandUp, service: string): Instance {
  const instance = standUp.instances.get(service);
  if (instance === undefined)
    throw new Error(`there is no service "${service}" in stand-up ${standUp.id}: it has ${[...standUp.instances.keys()].join(', ')}`);
  return instance;
}

function servicesOf(journey: PlannedJourney, leader: string | null): readonly string[] {
  if (journey.at !== 'primary') return journey.at;
  if (leader === null) throw new Error(`journey ${journey.name} goes to the primary, but the cluster has no leader`);
  return [leader];
}
