import { z } from 'zod';
import { CLOCK } from './faults/clock.ts';
import { common } from './faults/common.ts';
import { DATABASE } from './faults/database.ts';
import { HANDS } from './faults/hands.ts';
import { HTTP } from './faults/http.ts';
import { LIFECYCLE } from './faults/lifecycle.ts';
import { NAMES } from './faults/names.ts';
import { NETWORK } from './faults/network.ts';
import { RESOURCE } from './faults/resource.ts';
import { TRAFFIC } from './faults/traffic.ts';
import { Name } from './system.ts';

export { Happening, Selector } from './faults/common.ts';

/** One disturbance. `fault` says which; the rest are its own parameters. */
export const SingleStep = z.discriminatedUnion('fault', [
  ...LIFECYCLE,
  ...NETWORK,
  ...NAMES,
  ...HTTP,
  ...RESOURCE,
  ...CLOCK,
  ...DATABASE,
  ...TRAFFIC,
  ...HANDS,
]);
export type SingleStep = z.infer<typeof SingleStep>;
export type FaultKind = SingleStep['fault'];
/** Every kind of fault that there is, each once. */
export const FAULT_KINDS = SingleStep.options.map((option) => option.shape.fault.value) as [FaultKind, ...FaultKind[]];

/** Several faults that begin at one moment and count as one: its effect is there when all of theirs are, and it is healed when all are. Their own times are left out. */
export const TogetherStep = z
  .strictObject({ fault: z.literal('together'), of: z.record(Name, SingleStep), ...common })
  .describe('several faults at one moment that count as one');
export type TogetherStep = z.infer<typeof TogetherStep>;

/** One disturbance of a scenario, single or combined. */
export const FaultStep = z.discriminatedUnion('fault', [SingleStep, TogetherStep]);
export type FaultStep = z.infer<typeof FaultStep>;

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
  z
    .strictObject({
      do: z.literal('docker.connect'),
      container: z.string(),
      network: z.string(),
      address: z.string(),
      aliases: z.array(z.string()).optional(),
    })
    .describe('puts a container back on a network, at its address'),
  z.strictObject({ do: z.literal('docker.remove'), container: z.string() }),
  z
    .strictObject({ do: z.literal('docker.put_back'), container: z.string(), kept: z.string(), next: z.string() })
    .describe('the container `kept` gets its name back and is started; what stands in its place, or was made for it (`next`), is removed'),
  z.strictObject({ do: z.literal('docker.signal'), container: z.string(), signal: z.enum(['SIGCONT']) }),
  z
    .strictObject({ do: z.literal('docker.processor'), container: z.string(), period_us: z.number().int(), quota_us: z.number().int() })
    .describe('the limit of processor time as it was found; quota −1: none'),
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
  z.strictObject({ do: z.literal('http'), method: z.string(), url: z.string(), body: z.string().optional().describe('JSON') }),
]);
export type UndoAction = z.infer<typeof UndoAction>;

/**
 * A line of undo.jsonl: an undo is registered (`todo`) before its do, and struck out (`done`) when it has been carried out or is no longer needed. `taken`: somebody else heals from here on, since
 * the run's process stood still; whatever it registers after that must not be done.
 */
export const UndoLine = z.union([
  z.strictObject({ n: z.number().int(), state: z.literal('todo'), at: z.string(), what: z.string(), action: UndoAction }),
  z.strictObject({ n: z.number().int(), state: z.literal('done'), at: z.string(), by: z.string() }),
  z.strictObject({ state: z.literal('taken'), at: z.string(), by: z.string() }),
]);
export type UndoLine = z.infer<typeof UndoLine>;
