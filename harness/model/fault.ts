import { z } from 'zod';
import { Duration } from './quantity.ts';
import { Name } from './system.ts';

/**
 * What a fault is aimed at: a service by name; `primary` or `replica` as the cluster says at the moment of the fault;
 * everything that carries all of these labels; or `any` of a list, drawn from the seed's target stream when the plan is made.
 */
export const Selector = z.union([
  Name,
  z.strictObject({ role: z.enum(['primary', 'replica']) }),
  z.strictObject({ label: z.record(z.string(), z.string()) }),
  z.strictObject({ any: z.array(Name).min(1) }),
]);
export type Selector = z.infer<typeof Selector>;

/** When a fault begins: a time after the disturbance began (one is drawn where two are given), or a time after another fault was confirmed. */
const when = {
  at: z.union([Duration, z.strictObject({ between: z.tuple([Duration, Duration]) })]).optional(),
  after: z.strictObject({ fault: Name, by: Duration }).optional(),
};

const common = {
  ...when,
  heal: z
    .union([z.literal('end'), z.strictObject({ after: Duration }), z.literal('new primary')])
    .default('end')
    .describe(
      '`end`: when the observation window is over; `after`: so long after the effect; `new primary`: as soon as another member leads',
    ),
  amplifier: z.boolean().default(false).describe('stands in both twins to make a weakness show; RTO does not start with it'),
  confirm_within: Duration.optional(),
};

/** One disturbance of a scenario. `fault` says which; the rest are its own parameters. */
export const FaultStep = z.discriminatedUnion('fault', [
  z
    .strictObject({ fault: z.literal('kill'), target: Selector, ...common })
    .describe('SIGKILL of the container, or of every process of the service'),
  z
    .strictObject({ fault: z.literal('stop'), target: Selector, grace: Duration.optional(), ...common })
    .describe('SIGTERM, and SIGKILL after `grace` (10 s)'),
  z.strictObject({ fault: z.literal('pause'), target: Selector, ...common }).describe('the freezer (docker) or SIGSTOP (process)'),
  z
    .strictObject({ fault: z.literal('hold'), target: Name, port: z.string().optional(), ...common })
    .describe('asks a relay of ours to hold what it carries back: POST /hold, undone by POST /release'),
  z
    .strictObject({ fault: z.literal('cut'), target: Selector, from: Selector, from_port: z.string(), ...common })
    .describe('drops packets that come from a port of `from`, in the network namespace of `target` (needs NET_ADMIN there)'),
  z
    .strictObject({
      fault: z.literal('by-hand'),
      target: Selector,
      do: z.string().describe('what the person is asked to do, once Enter is pressed'),
      undo: z.string(),
      within: Duration.prefault('5 min').describe('how long the person may take, for each'),
      ...common,
    })
    .describe('a person breaks it, and repairs it; the observer confirms it like any other fault'),
]);
export type FaultStep = z.infer<typeof FaultStep>;
export type FaultKind = FaultStep['fault'];

/**
 * An undo that needs nothing of the run's memory: data, carried out by `harness/fault/undo.ts`, idempotent.
 * A process is known by its id and its start time (a number from the kernel), a container by its name.
 */
export const UndoAction = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('docker.start'), container: z.string() }),
  z.strictObject({ do: z.literal('docker.unpause'), container: z.string() }),
  z
    .strictObject({ do: z.literal('docker.exec'), container: z.string(), argv: z.array(z.string()) })
    .describe('a command whose second run does no harm'),
  z.strictObject({ do: z.literal('docker.remove'), container: z.string() }),
  z.strictObject({ do: z.literal('docker.network.remove'), network: z.string() }),
  z.strictObject({ do: z.literal('docker.volume.remove'), volume: z.string() }),
  z.strictObject({ do: z.literal('process.resume'), pid: z.number().int(), started: z.string() }),
  z
    .strictObject({ do: z.literal('process.end'), pid: z.number().int(), started: z.string() })
    .describe('SIGKILL of the process and its descendants'),
  z
    .strictObject({ do: z.literal('process.end_tagged'), tag: z.string() })
    .describe('SIGKILL of every process with FAULTLINE_STANDUP=tag in its environment'),
  z.strictObject({ do: z.literal('folder.remove'), path: z.string() }),
  z.strictObject({ do: z.literal('http'), method: z.string(), url: z.string() }),
]);
export type UndoAction = z.infer<typeof UndoAction>;

/** A line of undo.jsonl: an undo is registered (`todo`) before its do, and struck out (`done`) when it has been carried out or is no longer needed. */
export const UndoLine = z.union([
  z.strictObject({ n: z.number().int(), state: z.literal('todo'), at: z.string(), what: z.string(), action: UndoAction }),
  z.strictObject({ n: z.number().int(), state: z.literal('done'), at: z.string(), by: z.string() }),
]);
export type UndoLine = z.infer<typeof UndoLine>;
