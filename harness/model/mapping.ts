import { z } from 'zod';
import { Workload } from './journey.ts';
import { Cluster, Name, Service, System } from './system.ts';

/** A service of a system that runs already: what Faultline cannot see from outside. */
export const MappedService = z.strictObject({
  service: Service.shape.service,
  url: Service.shape.url,
  ports: Service.shape.ports,
  ready: Service.shape.ready,
  labels: Service.shape.labels,
  zone: z.string().optional().describe('short for the label zone'),
  role: z.string().optional().describe('short for the label role'),
});

/**
 * A system that runs already, as one small file of data: a compose project (`compose`), addresses (services with a `url`), or both. What stands here is all that is known of it; the scenario that
 * adopts it adds faults and objectives. Any text may contain `${env:NAME}`, a credential from the environment that is never written down.
 */
export const Mapping = z.strictObject({
  name: Name.optional().describe("what reports call it; without it, the project's name"),
  compose: z
    .union([z.string().min(1), System.shape.compose.unwrap()])
    .optional()
    .describe('the name of the compose project, as `docker compose ls` shows it'),
  services: z.record(Name, MappedService),
  cluster: Cluster.optional(),
  may_touch: System.shape.may_touch,
  allow_hosts: System.shape.allow_hosts,
  journeys: Workload.shape.journeys.optional(),
  read_back: Workload.shape.read_back,
});
export type Mapping = z.infer<typeof Mapping>;
/** What a mapping file may write. */
export type MappingText = z.input<typeof Mapping>;

/** Marks the default export of a mapping file, and gives its author completion and types. */
export function adopt(text: MappingText): MappingText {
  return text;
}

/** The system that a mapping describes. */
export function systemOf({ name, compose, services, cluster, may_touch, allow_hosts }: Mapping): z.input<typeof System> {
  const project = typeof compose === 'string' ? { project: compose } : compose;
  return {
    name: name ?? nameOf(project?.project ?? 'adopted'),
    ...(project === undefined ? {} : { compose: project }),
    services: Object.fromEntries(
      Object.entries(services).map(([service, { zone, role, labels, ...rest }]) => [
        service,
        { ...rest, labels: { ...(zone === undefined ? {} : { zone }), ...(role === undefined ? {} : { role }), ...labels } },
      ]),
    ),
    ...(cluster === undefined ? {} : { cluster }),
    ...(may_touch === undefined ? {} : { may_touch }),
    ...(allow_hosts === undefined ? {} : { allow_hosts }),
  };
}

/** Project names may have underscores and begin with a digit; names here do not. */
function nameOf(project: string): string {
  const name = project.toLowerCase().replace(/[^a-z0-9-]/g, '-');
  return (/^[a-z]/.test(name) ? name : `p-${name}`).slice(0, 40);
}
