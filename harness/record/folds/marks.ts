import type { Mark } from '../../model/mark.ts';
import type { Recording } from '../recording.ts';
import { goodnessOf, UNKNOWN } from './goodness.ts';
import { raisedIn } from './milestones.ts';
import { streamsIn } from './streams.ts';
import { windowOf } from './window.ts';

/** Where a mark was met: how often, and first when (ns) and in which line of the timeline. */
export interface Met {
  readonly times: number;
  readonly at: number;
  readonly line: number;
}

/**
 * Where a mark was met from the moment at which the first fault could have taken effect to the end of the window, or the first heal if that came before: what our own healing brings about is no doing of the
 * system's. Operations of which the harness knows nothing meet nothing. Null: nowhere, or no fault took effect.
 */
export function met(recording: Recording, mark: Mark): Met | null {
  const window = windowOf(recording);
  if (window === null) return null;
  const [from] = window.effect;
  const until = Math.min(window.until, window.healing);
  if (mark === 'new primary') return metInEvents(recording, from, until, newPrimary(recording, from));
  if (mark === 'alert') {
    const raised = raisedIn(recording, window);
    return raised === null || raised.hi > until
      ? null
      : metInEvents(recording, from, Number.POSITIVE_INFINITY, (event) => event === raised);
  }
  return metInAnswers(recording, from, until, /^\d{3}$/.test(mark) ? `http_${mark}` : mark);
}

function metInAnswers(recording: Recording, from: number, until: number, error: string): Met | null {
  let found = null as Met | null;
  for (const stream of streamsIn(recording)) {
    const { ops } = stream;
    if (!ops.tells(error)) continue;
    const goodness = goodnessOf(recording, stream);
    for (let i = 0; i < ops.length; i++) {
      const at = ops.done(i);
      if (ops.error(i) !== error || at < from || at > until || goodness[i] === UNKNOWN) continue;
      const here = { at, line: ops.line[i] ?? 0 };
      const first = found === null || at < found.at ? here : { at: found.at, line: found.line };
      found = { times: (found?.times ?? 0) + 1, ...first };
    }
  }
  return found;
}

type Event = Recording['events'][number];

function metInEvents({ events, lines }: Recording, from: number, until: number, is: (event: Event) => boolean): Met | null {
  const found = events.flatMap((event, i) =>
    'at' in event && event.at >= from && event.at <= until && is(event) ? [{ at: event.at, line: lines[i] ?? 0 }] : [],
  );
  const [first] = found;
  return first === undefined ? null : { times: found.length, ...first };
}

/** Each time another member leads than led last. */
function newPrimary({ events }: Recording, from: number): (event: Event) => boolean {
  let leader = events.findLast((event) => event.k === 'cluster' && event.leader !== null && event.at < from);
  return (event) => {
    if (event.k !== 'cluster' || event.leader === null) return false;
    const other = leader?.k === 'cluster' && leader.leader !== event.leader;
    leader = event;
    return other;
  };
}
