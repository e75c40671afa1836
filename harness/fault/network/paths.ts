import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Helper, Instance } from '../../model/runtime.ts';
import type { Sight } from '../../model/sight.ts';
import type { Aim } from '../definition.ts';
import { beside } from './beside.ts';
import { BYSTANDER_EVERY_MS } from './toxic.ts';

/** Whether one can connect to another: by eyes beside it, or by the observer. Null where the other declares no port. */
export function path(
  { fault }: Aim,
  on: Sight['on'],
  from: Instance | 'observer',
  to: Instance,
  port: string | undefined = to.spec.ready?.port,
): Sight | null {
  const address = to.address(port);
  if (address.port === 0) return null;
  const who = from === 'observer' ? 'clients' : from.name;
  return {
    name: `${fault.name}: ${who} → ${to.name}${port === undefined ? '' : `:${port}`}`,
    on,
    from: from === 'observer' ? 'observer' : { beside: from.name },
    probe: { kind: 'tcp', address },
    means: `${from === 'observer' ? 'a client' : from.name} can connect to ${to.name}`,
    ...(on === 'bystander' ? { every_ms: BYSTANDER_EVERY_MS } : {}),
  };
}

/** Sights that there are; throws when none is left where the fault should bite: then nobody could tell it from nothing. */
export function seenOn(aim: Aim, sights: readonly (Sight | null)[]): readonly Sight[] {
  const there = sights.filter((sight) => sight !== null);
  if (!there.some((sight) => sight.on === 'target'))
    throw new Error(
      `${aim.fault.name}: nobody could see ${aim.fault.fault} of ${aim.targets.map((target) => target.name).join(', ')}: no service on the other side declares a port`,
    );
  return there;
}

/** One way from one service to another, for what is sent without an answer: a numbered packet every so many milliseconds by a beacon beside the one, counted by eyes beside the other. */
export interface OneWay {
  readonly from: Instance;
  readonly to: Instance;
  readonly every_ms: number;
}

/** Starts the beacon of a way, unless it is there. */
export async function light(aim: Aim, { from, to, every_ms }: OneWay): Promise<void> {
  const port = portOf(aim, from, to);
  await beside(
    aim.place,
    `beacon of ${from.name} to ${to.name}:${port}`,
    {
      argv: ['node', 'harness/helpers/beacon.ts', to.address().host, String(port), String(every_ms)],
      beside: from.name,
    },
    lit,
  );
}

/** It says a word when it begins; on a busy machine that is seconds after its container was started. */
async function lit(beacon: Helper): Promise<void> {
  const gone = beacon.exited.then((code) => {
    throw new Error(`${beacon.name} ended (${code ?? 'by a signal'}) before it sent anything`);
  });
  await Promise.race([once(beacon.stdout, 'data'), gone]);
  beacon.stdout.resume();
  gone.catch(() => undefined);
}

/** What the eyes beside the receiver say of it: well while at most a share of what was due in the last `over_ms` is missing. */
export function hears(aim: Aim, on: Sight['on'], { from, to, every_ms }: OneWay, most_missing: number, over_ms: number): Sight {
  return {
    name: `${aim.fault.name}: packets ${from.name} → ${to.name}`,
    on,
    from: { beside: to.name },
    probe: { kind: 'beacon', port: portOf(aim, from, to), every_ms, over_ms, most_missing },
    means: `of the packets that ${from.name} sends, at most ${Math.round(most_missing * 100)} % are missing at ${to.name} over ${over_ms} ms`,
  };
}

/** A port for each way, far from those that services use. */
function portOf({ fault }: Aim, from: Instance, to: Instance): number {
  return 47_000 + (createHash('sha256').update(`${fault.fault}/${from.name}/${to.name}`).digest().readUInt16BE(0) % 900);
}
