import { z } from 'zod';
import { DurationText } from './quantity.ts';

/** Names of services, journeys, faults: what may stand in a file name, a container name and a label alike. */
export const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, { error: 'a name is a lower-case letter, then letters, digits and dashes, at most 40' });

/** How to log in to PostgreSQL. */
export const Login = z.strictObject({ user: z.string(), password: z.string(), database: z.string() });
export type Login = z.infer<typeof Login>;

const port = z.string().optional().describe("the name of one of the service's ports; without it, the first that it declares");

/**
 * One question to a service, answered yes or no: does `path` answer with one of `status`, does the query return, does the port
 * accept. Used to wait for readiness, and by the observer to see whether a fault bit.
 */
export const Probe = z.union([
  z.strictObject({
    http: z.string().startsWith('/'),
    port,
    status: z.array(z.number().int()).default([200]),
    method: z.string().default('GET'),
  }),
  z.strictObject({ sql: z.string(), port, login: Login }),
  z.strictObject({ tcp: z.literal(true), port }),
]);
export type Probe = z.infer<typeof Probe>;

/**
 * One part of the system. `command` (argv, run from the repository's root; `node` is the project's own Node) is what the process
 * runtime starts, and what replaces the image's command on docker; `image` is what docker starts, built from the folder `build` where it is missing.
 *
 * Values of `env` and words of `command` may contain `${other.host}`, `${other.port.NAME}`, `${other.addr.NAME}` (host:port), `${self.…}` and
 * `${data}` (a private folder that lives as long as the stand-up). They are filled in at the stand-up with addresses, not names.
 */
export const Service = z.strictObject({
  command: z.array(z.string()).min(1).optional(),
  docker_command: z.array(z.string()).optional().describe("what docker runs instead of `command`; empty: the image's own command"),
  image: z.string().optional(),
  url: z
    .url({ protocol: /^http$/, error: 'the address of what runs already, for example "http://127.0.0.1:8080"' })
    .optional()
    .describe('it runs already: it is adopted, and never started, stopped or removed'),
  service: z.string().optional().describe('the compose service that it is (adopted systems); without it, the one of the same name'),
  build: z
    .strictObject({
      context: z.string(),
      target: z.string().optional(),
      args: z.record(z.string(), z.string()).default({}),
      code: z.boolean().default(false),
    })
    .optional()
    .describe(
      'how `image` is made: a folder with a Dockerfile, relative to the root; `code`: the context also gets the Node binary (`node`) and the repository (`app/`)',
    ),
  env: z.record(z.string(), z.string()).default({}),
  ports: z.record(z.string(), z.number().int().min(1).max(65535)).default({}),
  ready: z.intersection(Probe, z.object({ within: DurationText.optional() })).optional(),
  labels: z.record(z.string(), z.string()).default({}).describe('zone, region, provider, …'),
  stateful: z.boolean().default(false),
  after: z.array(Name).default([]).describe('services that must be ready before this one is started'),
  capabilities: z.array(z.string()).default([]).describe('Linux capabilities of the container, for example NET_ADMIN'),
  init: z.boolean().default(true).describe('an init as PID 1 of the container, which reaps; false where the image brings its own'),
  memory_mb: z.number().int().positive().optional(),
  disk_mb: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe(
      'its `${data}` is a volume of its own of this size, in memory (docker only): it can be filled, and does not outlive the container',
    ),
  restart: z
    .enum(['no', 'on-failure', 'always'])
    .optional()
    .describe('whether the engine starts it again when it ends by itself (docker only)'),
  clock: z
    .literal('shiftable')
    .optional()
    .describe('its wall clock can be shifted while it runs (docker): the image needs libfaketime, as Debian packs it; `node` has it'),
});
export type Service = z.infer<typeof Service>;

/**
 * A group of services that elects a leader. `ask` names the services that answer `GET path` with Patroni's cluster document
 * (`members: [{name, role: leader | sync_standby | replica, state, timeline, lag}]`); member names are service names. From it the
 * observer learns who leads, selectors such as `primary` are resolved, and *settle* takes its reasons.
 */
export const Cluster = z.strictObject({
  ask: z.array(Name).min(1),
  port,
  path: z.string().default('/cluster'),
  members: z.array(Name).min(2),
  sql_port: z.string().default('sql'),
  login: Login,
  synchronous: z.boolean().default(false).describe('whether the steady state includes a synchronous standby'),
});
export type Cluster = z.infer<typeof Cluster>;

/**
 * A connection between services that goes through a proxy of ours, so that faults can act on it. Its users get `${link.addr.NAME}` (or `.host.`, `.port.`) instead of the
 * service's own address. `tcp`: by toxiproxy, bytes as they are; `http`: by a proxy of ours that understands requests; `tls`: by one that ends TLS, with a certificate of the run's
 * own authority, whose certificate users get as `${link.ca.NAME}` (PEM).
 */
export const Link = z.strictObject({
  to: Name,
  port: z.string().optional().describe("the name of one of the service's ports; without it, the first that it declares"),
  via: z.enum(['tcp', 'http', 'tls']).default('tcp'),
  seen_by: Probe.optional().describe(
    'what is asked through it, to see what faults do to it; without it, the ready probe of its service, if that asks the same port',
  ),
});
export type Link = z.infer<typeof Link>;

/** A name that is looked up: at least two labels, so that it is no service of the engine's own. */
export const HostName = z.string().regex(/^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/, {
  error: 'a host name is lower-case labels with dots between, for example "api.shop.test"',
});

/**
 * How the system itself says that something is wrong with it, at one of its services: `quiet`, a question that is answered well while it says nothing (refused, or answered otherwise: it raises an alert), or
 * `raised`, one whose answer is an alert when it has one of `status` and contains `body_has`; then no answer is no alert, and no silence either.
 */
export const Alert = z.strictObject({
  at: Name.describe('the service that tells'),
  quiet: Probe.optional(),
  raised: z
    .strictObject({
      http: z.string().startsWith('/'),
      port,
      method: z.string().default('GET'),
      status: z.array(z.number().int()).default([200]),
      body_has: z.string().optional(),
    })
    .optional(),
});
export type Alert = z.infer<typeof Alert>;

/** The name under which the observer watches the alert; no service can have it. */
export const ALERT_WATCH = 'alert: raised';

/** A system that can be stood up: services by name, and at most one cluster among them. */
export const System = z.strictObject({
  name: Name,
  services: z.record(Name, Service),
  cluster: Cluster.optional(),
  links: z.record(Name, Link).optional().describe('connections that faults can act on'),
  names: z
    .record(HostName, z.strictObject({ to: Name, ttl: DurationText.default('1 s') }))
    .optional()
    .describe(
      'names that services can look up (docker): each is the address of a service, from a name server of ours, to be kept for `ttl`',
    ),
  compose: z
    .strictObject({
      project: z.string().min(1),
      observe: z
        .enum(['inside', 'published'])
        .default('inside')
        .describe("where the observer stands: in a container on the project's networks, or on this machine at published ports"),
    })
    .optional()
    .describe('it runs already as this compose project, and is adopted'),
  reference: z
    .string()
    .min(1)
    .optional()
    .describe(
      'which of its parts, that make it recover, are written for this catalogue, for example "the deployer": reports say that these are a reference implementation',
    ),
  alert: Alert.optional().describe('how the system itself tells of trouble: it is watched, and never part of its steady state'),
  allow_hosts: z.array(z.string()).optional().describe('hosts other than this machine that adopted services may be on, by name'),
  may_touch: z.array(Name).optional().describe('the only services that faults may hit; without it, all of this system'),
});
export type System = z.infer<typeof System>;
