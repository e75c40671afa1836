import type { PlannedJourney } from '../model/plan.ts';
import type { Reason } from '../model/reason.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { type Stream, streamsIn } from '../record/folds/streams.ts';
import type { Recording } from '../record/recording.ts';
import { counted } from './say.ts';

/**
 * Gate: the load was what the plan says. Every prober and every writer of every journey was there, of the planned kind and at the planned rate, and sent something; nobody else was. What a thinner
 * load shows is not what was promised.
 */
export function judgeLoad(recording: Recording): ObjectiveVerdict {
  const streams = streamsIn(recording);
  const verdict = {
    name: 'load',
    kind: 'load',
    objective: 'as planned',
    measured: null,
    evidence: streams.slice(0, 5).map((stream) => `line ${stream.line}`),
  } as const;
  const wrong = recording.plan.journeys.flatMap((journey) => lacking(journey, streams)).at(0) ?? stranger(recording, streams);
  if (wrong !== null) return { ...verdict, outcome: 'inconclusive', ...wrong };
  return { ...verdict, outcome: 'pass', reason: 'held', because: `${counted(streams.length, 'stream')} as planned` };
}

interface Wrong {
  readonly reason: Reason;
  readonly because: string;
}

function lacking(journey: PlannedJourney, streams: readonly Stream[]): readonly Wrong[] {
  const { name, kind, load } = journey;
  const open = 'open' in load;
  const every = Math.round(open ? load.open.every_s * 1e9 : 1e9 / load.closed.per_s);
  const writers = open
    ? load.open.connections.map((connection) => (connection === 'fresh' ? 'f' : 'p'))
    : Array.from({ length: load.closed.writers }, (_, i) => `w${i}`);
  return writers.flatMap((writer): Wrong[] => {
    const stream = streams.find((each) => each.name === `${name}/${writer}`);
    // Of many writers some are missing: that is thin. Of two probers one: that side was not looked at.
    const missing =
      open || !streams.some((each) => each.journey === name && each.ops.length > 0) ? 'evidence.no_operations' : 'evidence.floor';
    if (stream === undefined) return [{ reason: missing, because: `${name}/${writer} never started` }];
    if (stream.kind !== kind)
      return [{ reason: 'evidence.no_operations', because: `${name}/${writer} was to ${kind}, and did ${stream.kind}` }];
    if (stream.load !== (open ? 'open' : 'closed'))
      return [
        {
          reason: 'evidence.no_operations',
          because: `${name}/${writer} was planned as ${open ? 'open' : 'closed'} load, and was ${stream.load}`,
        },
      ];
    if (!(Math.abs(stream.tau - every) <= 1))
      return [
        {
          reason: 'evidence.floor',
          because: `${name}/${writer} was planned to send every ${every / 1e6} ms, and was announced with every ${stream.tau / 1e6} ms`,
        },
      ];
    if (stream.ops.length === 0) return [{ reason: missing, because: `${name}/${writer} sent nothing` }];
    return [];
  });
}

function stranger({ plan }: Recording, streams: readonly Stream[]): Wrong | null {
  const found = streams.find((stream) => !plan.journeys.some((journey) => journey.name === stream.journey));
  return found === undefined ? null : { reason: 'evidence.no_operations', because: `the plan does not know ${found.name}` };
}
