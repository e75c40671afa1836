import { counted } from './figures.ts';
import type { Span } from './frame.ts';

/** A part of a component's log: `lines` as they were, and what they are ("the last 40 lines"). */
export interface LogPart {
  readonly file: string;
  readonly what: string;
  readonly lines: readonly string[];
}

const MOST_LINES = 40;

/**
 * The lines of a log that a reader of the report wants: those around the fault, where its lines tell the time and the time is known; else the last ones.
 * `window`: seconds since the run's start; `wall_ms`: the wall clock then. Good for finding lines, not for arithmetic: two clocks are compared.
 */
export function logPart(file: string, lines: readonly string[], window: Span | null, wall_ms: number | null): LogPart {
  if (window !== null && wall_ms !== null) {
    const [from, to] = [wall_ms + window.from_s * 1000, wall_ms + window.to_s * 1000];
    let at: number | null = null;
    const within = lines.filter((line) => {
      // A line without a time (a stack trace) belongs to the one before it.
      at = timeOf(line) ?? at;
      return at !== null && at >= from && at <= to;
    });
    if (within.length > 0) {
      const what = `${within.length} of ${lines.length} lines, around the fault`;
      if (within.length <= MOST_LINES) return { file, what, lines: within };
      const half = MOST_LINES / 2;
      return { file, what, lines: [...within.slice(0, half), `… ${within.length - MOST_LINES} lines left out …`, ...within.slice(-half)] };
    }
  }
  if (lines.length <= MOST_LINES) return { file, what: `all ${counted(lines.length, 'line')}`, lines };
  return { file, what: `the last ${MOST_LINES} of ${lines.length} lines`, lines: lines.slice(-MOST_LINES) };
}

/** When a line says that it was written, in ms since 1970: ISO 8601 or PostgreSQL's and Patroni's form near its beginning. Without a zone it is taken for UTC. */
function timeOf(line: string): number | null {
  const match = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|GMT|[+-]\d\d:?\d\d)?/.exec(line.slice(0, 80));
  if (match === null) return null;
  const [, day, time, fraction = '0', zone = 'Z'] = match;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const ms = Date.parse(`${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}${offset}`);
  return Number.isNaN(ms) ? null : ms;
}
