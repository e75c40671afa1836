import { z } from 'zod';
import { Duration } from './quantity.ts';
import { Login, Name } from './system.ts';

/**
 * What a client does, as data. `{id}`, `{value}`, `{writer}` and `{seq}` are filled in for each operation (in path, body, headers, SQL parameters).
 * `ok` says what counts as acknowledged; `who` says where the answer tells which server and which database timeline answered (JSON pointers).
 */
export const HttpStep = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  ok: z
    .strictObject({
      status: z.array(z.number().int()).default([200, 201, 204]),
      body_has: z.string().optional().describe('text that a right answer contains; placeholders are filled in'),
    })
    .prefault({}),
  who: z.strictObject({ server: z.string().optional(), timeline: z.string().optional() }).prefault({}),
});
export type HttpStep = z.infer<typeof HttpStep>;

/** One statement in a transaction of its own; `params` are bound in order. `timeline` (a query in the same session) tells who answered. */
export const SqlStep = z.strictObject({
  login: Login,
  text: z.string(),
  params: z.array(z.string()).default([]),
});
export type SqlStep = z.infer<typeof SqlStep>;

/**
 * How the load arrives. `open`: one operation every `every` (or what `measurement.md` prescribes: a fiftieth of the objective, at most 20 ms), never delayed by
 * answers; this is what RTO and availability are judged by. `closed`: `writers` clients, each waiting for its answer and then for its
 * turn (`per_s` each), for bulk with a memory; RPO is judged by all writes of both kinds.
 */
export const Load = z.union([
  z.strictObject({
    open: z.strictObject({
      every: Duration.optional(),
      connections: z
        .array(z.enum(['fresh', 'pooled']))
        .min(1)
        .default(['fresh', 'pooled']),
    }),
  }),
  z.strictObject({ closed: z.strictObject({ writers: z.number().int().min(1).max(256), per_s: z.number().positive().default(50) }) }),
]);
export type Load = z.infer<typeof Load>;

const pointer = z.string().regex(/^\//, { error: 'a JSON pointer into the answer, for example "/age_s"' });

/**
 * How fresh the answers of a read must be: at most `within` old. Its age stands in the answer at `age` (a number of seconds), or follows from two times in it, `time` of what is told and `now` of the telling (ISO 8601 texts, or
 * seconds), both by the server's clock: clocks of two machines are never compared. A right answer past that is good but stale, and no good for a failover; one that does not tell is not right.
 */
function fresh<T extends z.ZodType>(within: T) {
  return z.union([z.strictObject({ within, age: pointer }), z.strictObject({ within, time: pointer, now: pointer })]);
}
export const Fresh = fresh(Duration);
/** The same in a plan, in seconds. */
export const PlannedFresh = fresh(z.number().positive());
export type PlannedFresh = z.infer<typeof PlannedFresh>;

/** A journey of the system's clients: reads or writes, at one service (or one of `at`, in turn per writer), over HTTP or SQL. */
export const Journey = z.strictObject({
  kind: z.enum(['read', 'write']),
  at: z
    .union([Name, z.array(Name).min(1), z.literal('primary')])
    .describe('a service, several, or `primary`: whoever leads the cluster when the load starts'),
  port: z.string().optional(),
  http: HttpStep.optional(),
  sql: SqlStep.optional(),
  load: Load.prefault({ open: {} }),
  fresh: Fresh.optional().describe('how old the answers of a read over HTTP may be'),
  deletes: Name.optional().describe(
    'a journey that writes: this one deletes every second of its acknowledged writes again (`{id}` is the one to delete); closed load, an answer that is acknowledged means that it is gone for good',
  ),
  deadline: Duration.optional().describe(
    'an answer after this is not good; at most a tenth of the objective, which is also the default (at most 1 s)',
  ),
});
export type Journey = z.infer<typeof Journey>;

/**
 * How all writes are read back at the end, from every store in `from` (a service, or `members`: each member of the cluster; the leader is the authoritative one, the worst counts).
 * SQL: rows of (id, value) whose id begins with `{prefix}` as $1. HTTP: `path` with `{prefix}`, `{after}` (the last id seen, empty at first), `{limit}`; `rows`, `id` and `value` are JSON pointers;
 * where the rows are an object by id, `id: '{key}'`.
 */
export const ReadBack = z.strictObject({
  from: z.union([z.literal('members'), z.array(Name).min(1)]),
  port: z.string().optional(),
  sql: z.strictObject({ login: Login, text: z.string() }).optional(),
  http: z
    .strictObject({
      path: z.string(),
      rows: z.string().default(''),
      id: z.string().default('/id'),
      value: z.string().default('/value'),
      limit: z.number().int().default(1000),
    })
    .optional(),
});
export type ReadBack = z.infer<typeof ReadBack>;

/** Nothing but loads and the read-back, by name. */
export const Workload = z.strictObject({
  journeys: z.record(Name, Journey),
  read_back: ReadBack.optional(),
});
export type Workload = z.infer<typeof Workload>;
