import type { Mark } from '../../model/mark.ts';
import { ALERT_WATCH } from '../../model/system.ts';
import type { Recording } from '../recording.ts';
import { streamsIn } from './streams.ts';
import { windowOf } from './window.ts';

/** Where a mark was met: how often, and first when (ns) and in which line of the timeline. */
export interface Met {
  readonly times: number;
  readonly at: number;
  readonly line: number;
}

/** Where a mark was met after the first fault could have taken effect, to the end of the run; null: nowhere, or no fault took effect. */
export function met(recording: Recording, mark: Mark): Met | null {
  const window = windowOf(recording);
  if (window === null) return null;
  const [since] = window.effect;
  if (mark === 'new primary') return metInEvents(recording, since, newPrimary(recording, since));
  if (mark === 'alert')
    return metInEvents(recording, since, (event) => event.k === 'watch' && event.service === ALERT_WATCH && event.to === 'dead');
  const error = /^\d{3}$/.test(mark) ? `http_${mark}` : mark;
  let found: Met | null = null;
  for (const { ops } of streamsIn(recording)) {
    if (!ops.tells(error)) continue;
    for (let i = 0; i < ops.length; i++) {
      const at = ops.done(i);
      if (ops.error(i) !== error || at < since) continue;
      const line = ops.line[i] ?? 0;
      found =
        found === null
          ? { times: 1, at, line }
          : { times: found.times + 1, ...(at < found.at ? { at, line } : { at: found.at, line: found.line }) };
    }
  }
  return found;
}

type Event = Recording['events'][number];

function metInEvents({ events, lines }: Recording, since: number, is: (event: Event) => boolean): Met | null {
  const found = events.flatMap((event, i) =>
    'at' in event && event.at >= since && is(event) ? [{ at: event.at, line: lines[i] ?? 0 }] : [],
  );
  const [first] = found;
  return first === undefined ? null : { times: found.length, ...first };
}

/** Each time another member leads than led last. */
function newPrimary({ events }: Recording, since: number): (event: Event) => boolean {
  let leader = events.findLast((event) => event.k === 'cluster' && event.leader !== null && event.at < since);
  return (event) => {
    if (event.k !== 'cluster' || event.leader === null) return false;
    const other = leader?.k === 'cluster' && leader.leader !== event.leader;
    leader = event;
    return other;
  };
}
