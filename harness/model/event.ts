import { z } from 'zod';

/**
 * The timeline: one JSON object a line, `k` says of which kind. All times are whole nanoseconds of the observer's monotonic clock since
 * its hello (t = 0); numbers, and strings once they pass 2^53 (after 104 days).
 */
const ns = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number)
    .refine(Number.isFinite, { error: 'is beyond all numbers' }),
]);

/** First line: whose run this is. `wall_ms` is the wall clock at t = 0, for people; it never enters arithmetic. */
export const Hello = z.strictObject({
  k: z.literal('hello'),
  format: z.number().int(),
  run: z.string(),
  token: z.string(),
  at: ns,
  mono_ns: z.string().regex(/^\d+$/).optional().describe('t = 0 by the monotonic clock of the machine that the observer ran on'),
  wall_ms: z.number(),
  node: z.string(),
});

export const PHASES = ['up', 'warm-up', 'baseline', 'disturb', 'heal', 'settle', 'read', 'collect', 'down'] as const;
export type Phase = (typeof PHASES)[number];
/** A phase begins. */
export const PhaseEvent = z.strictObject({ k: z.literal('phase'), at: ns, phase: z.enum(PHASES) });

/**
 * One operation. `s`: scheduled; sent at `s + x`, completed at `s + c` (−1 in both: not sent). `o`: ok, fail (definitely did not happen),
 * ind (indeterminate), ns (not sent). `w`: writer or prober, `n`: its sequence. `e`: error class; with `ok`, `stale`: right, and older than the journey allows. `a`: server that answered, `l`: database timeline
 * that answered. `v` (writes): the value sent; the id is `<token>.<j>.<w>.<n>`. Of a journey that deletes, `v` is the id of the write that was to go. `b` = 1: answered, but the body was wrong.
 * A stream is a journey and a writer: `f` fresh prober, `p` pooled prober, `w0`… closed writers.
 */
export const Op = z.strictObject({
  k: z.literal('op'),
  j: z.string(),
  w: z.string(),
  n: z.number().int(),
  s: ns,
  x: z.number().int(),
  c: z.number().int(),
  o: z.enum(['ok', 'fail', 'ind', 'ns']),
  e: z.string().optional(),
  a: z.string().optional(),
  l: z.number().int().optional(),
  v: z.string().optional(),
  b: z.literal(1).optional(),
});
export type Op = z.infer<typeof Op>;

/** Which stream sends which load, as it really started: one for each journey and writer. `targets` are addresses. */
export const StreamEvent = z.strictObject({
  k: z.literal('stream'),
  at: ns,
  j: z.string(),
  w: z.string(),
  kind: z.enum(['read', 'write']),
  load: z.enum(['open', 'closed']),
  every: ns.describe('tau of an open stream in ns; for closed ones the pause between operations'),
  deadline: ns,
  target: z.string(),
});
/** A stream stopped; `scheduled` operations were due, `recorded` were written (both equal, or something is missing). */
export const StreamEnd = z.strictObject({
  k: z.literal('stream_end'),
  at: ns,
  j: z.string(),
  w: z.string(),
  scheduled: z.number().int(),
  recorded: z.number().int(),
});

/** The observer itself stood still from `at` to `to`: what it did then is unknown. */
export const Stall = z.strictObject({ k: z.literal('stall'), at: ns, to: ns, by: z.enum(['loop', 'null_probe']) });

/**
 * A watched service changed between alive and dead as seen by the observer: between `lo` (the last moment it is known to have been in the state before)
 * and `hi` (the first it is known to be in the new one). The first answer of a watch has `from: "unknown"`, and `lo` = `hi`. `how`: what was seen.
 */
export const WatchEvent = z.strictObject({
  k: z.literal('watch'),
  at: ns,
  service: z.string(),
  from: z.enum(['unknown', 'alive', 'dead']),
  to: z.enum(['alive', 'dead']),
  lo: ns,
  hi: ns,
  how: z.string(),
  silent: z
    .literal(true)
    .optional()
    .describe('nothing said so: no answer came for long, or only late ones, which a busy machine can cause for a moment, too'),
});
/** A watch ended: how often it looked and the largest gap between two looks (ns). */
export const WatchEnd = z.strictObject({
  k: z.literal('watch_end'),
  at: ns,
  service: z.string(),
  samples: z.number().int(),
  gap_max: ns,
  state: z.enum(['unknown', 'alive', 'dead']),
  last_well: ns.optional().describe('when the last question that was answered well had been sent'),
});

/**
 * A fault is about to be injected, and this is where its effect will be seen: the `watch` events of `name` (dead: the fault is there; alive: it is not). `on`: `target`, where it should bite;
 * `bystander`, where it must not. `from`: who looks, `observer`, or a service beside which a second pair of eyes sits. `means`: what the question is, for people.
 */
export const SightEvent = z.strictObject({
  k: z.literal('sight'),
  at: ns,
  fault: z.string(),
  name: z.string(),
  on: z.enum(['target', 'bystander']),
  from: z.string(),
  means: z.string(),
});
export type SightEvent = z.infer<typeof SightEvent>;

/** What the cluster says of itself, recorded whenever it changes. `asked`: the member that answered. */
export const ClusterEvent = z.strictObject({
  k: z.literal('cluster'),
  at: ns,
  asked: z.string(),
  leader: z.string().nullable(),
  timeline: z.number().int().nullable(),
  members: z.array(
    z.strictObject({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      timeline: z.number().int().nullable(),
      lag: z.number().nullable(),
    }),
  ),
});
export type ClusterEvent = z.infer<typeof ClusterEvent>;

/** Replication as the leader sees it: its flushed WAL position and each standby's, in bytes. Sampled every 100 ms. */
export const LagEvent = z.strictObject({
  k: z.literal('lag'),
  at: ns,
  leader: z.string(),
  flushed: z.number(),
  standbys: z.record(z.string(), z.number()),
});

/** A figure that a promise is about, as the service told it: true at some moment between `sent` and `at`. Sampled every 100 ms. `value` null: none was told, and `how` says what was. */
export const GaugeEvent = z.strictObject({
  k: z.literal('gauge'),
  at: ns,
  sent: ns,
  name: z.string(),
  value: z.number().nullable(),
  how: z.string().optional(),
});
export type GaugeEvent = z.infer<typeof GaugeEvent>;

/**
 * A deed of the harness upon a fault, stamped by the observer. `targets`: the services a selector resolved to. `command` is stamped when the injector is called,
 * `commanded` when it returned; `healing`/`healed` likewise. `detail`: what was done or what went wrong, for people.
 */
export const FaultEvent = z.strictObject({
  k: z.literal('fault'),
  at: ns,
  fault: z.string(),
  state: z.enum(['asked', 'command', 'commanded', 'confirmed', 'unconfirmed', 'healing', 'healed', 'stuck']),
  targets: z.array(z.string()),
  detail: z.string(),
});
export type FaultEvent = z.infer<typeof FaultEvent>;

/**
 * What the engine or kernel says of every service, `before` a fault of the family lifecycle was commanded and `after` its effect was seen: by it, nothing else may have been frozen or killed, and what was only silent
 * for a moment is known to have died where another life of it began.
 * `exit`: 137 by SIGKILL, null while it runs. `oom`: the kernel's out-of-memory killer struck in it. `life`: another text after each start.
 */
export const ConditionEvent = z.strictObject({
  k: z.literal('condition'),
  at: ns,
  fault: z.string(),
  when: z.enum(['before', 'after']),
  services: z.record(
    z.string(),
    z.strictObject({
      state: z.enum(['absent', 'running', 'paused', 'stopped']),
      exit: z.number().int().nullable(),
      oom: z.boolean(),
      life: z.string().nullable().optional(),
    }),
  ),
});
export type ConditionEvent = z.infer<typeof ConditionEvent>;

/** Something else that the harness did or saw and that a reader of the timeline should know. */
export const Note = z.strictObject({ k: z.literal('note'), at: ns, text: z.string(), data: z.json().optional() });

/** The run was cut short (`aborted`: a guard tripped; `interrupted`: a person; `broken`: the harness itself failed). */
export const Cut = z.strictObject({ k: z.literal('cut'), at: ns, by: z.enum(['aborted', 'interrupted', 'broken']), why: z.string() });

/** A part of what the final read found in one store: rows of [id, value]. */
export const Found = z.strictObject({ k: z.literal('found'), store: z.string(), rows: z.array(z.tuple([z.string(), z.string()])) });
/** A final read ended. `role`: the leader's store is the authority. Not `complete`: what is missing was not seen, and `error` says why. */
export const ReadEvent = z.strictObject({
  k: z.literal('read'),
  at: ns,
  store: z.string(),
  role: z.enum(['authority', 'member']),
  rows: z.number().int(),
  complete: z.boolean(),
  error: z.string().optional(),
});

/** Last line: how many lines there are, this one included. A timeline without it was cut off. */
export const End = z.strictObject({ k: z.literal('end'), at: ns, records: z.number().int() });

export const TimelineEvent = z.discriminatedUnion('k', [
  Hello,
  PhaseEvent,
  Op,
  StreamEvent,
  StreamEnd,
  Stall,
  WatchEvent,
  WatchEnd,
  SightEvent,
  ClusterEvent,
  LagEvent,
  GaugeEvent,
  FaultEvent,
  ConditionEvent,
  Note,
  Cut,
  Found,
  ReadEvent,
  End,
]);
export type TimelineEvent = z.infer<typeof TimelineEvent>;
export type EventOf<K extends TimelineEvent['k']> = Extract<TimelineEvent, { k: K }>;
