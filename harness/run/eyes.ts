import type { TimelineEvent } from '../model/event.ts';
import { ObserverLink } from '../observer/link.ts';
import { unlessCut } from './cut-short.ts';
import type { Stage } from './stage.ts';

const OPEN_WITHIN_S = 60;

/**
 * A second pair of eyes: the observer's own program, sharing a service's network and processes, for faults that cannot be seen from where the clients stand. Its clock is the observer's (one
 * machine, one monotonic clock), and what it sees is handed to the observer, which writes it down. One for each service; it ends with the stand-up.
 */
export async function eyesBeside(stage: Stage, service: string): Promise<ObserverLink> {
  const known = stage.eyes.get(service);
  // Eyes die with what they sit beside, and can be opened again when that lives again.
  if (known !== undefined && !(await known).isDead) return await known;
  const opening = open(stage, service);
  stage.eyes.set(service, opening);
  opening.catch(() => stage.eyes.delete(service));
  return await opening;
}

async function open({ standUp, link, token, signal }: Stage, service: string): Promise<ObserverLink> {
  const what = `the start of eyes beside ${service}`;
  const helper = await unlessCut(
    standUp.helper({ name: `eyes-${service}`, argv: ['node', 'harness/observer/main.ts'], beside: service, capabilities: ['SYS_PTRACE'] }),
    what,
    OPEN_WITHIN_S,
    signal,
  );
  const eyes: ObserverLink = new ObserverLink(helper, {
    onLine: (line) => {
      const event = JSON.parse(line) as TimelineEvent;
      // A run that is over by now has no use for it.
      if (event.k === 'watch' || event.k === 'watch_end') void link.mark(event).catch(() => undefined);
    },
    onProgress: () => undefined,
  });
  try {
    await unlessCut(eyes.hello('eyes', token, link.origin), what, OPEN_WITHIN_S, signal);
  } catch (error) {
    await helper.end();
    throw error;
  }
  return eyes;
}
