import path from 'node:path';
import { at, bracket, count, share } from '../judge/say.ts';
import { FORMAT } from '../model/plan.ts';
import { Duration } from '../model/quantity.ts';
import { EXIT } from '../model/reason.ts';
import { UsageError } from '../model/usage-error.ts';
import { observe, type Watched } from '../run/observe/observe.ts';
import { targetOf } from '../run/observe/target.ts';
import { oneOf, parse } from './arguments.ts';
import { out } from './out.ts';
import { checkOut, stopSignal } from './play.ts';

const LEAST_EVERY_S = 0.001;
const LONGEST_S = 24 * 3600;
/** Answers of any success or redirection are right, unless told otherwise. */
const WELL = Array.from({ length: 200 }, (_, i) => 200 + i);

/**
 * `faultline observe URL…`: watches systems that somebody else breaks, and says how long they were down, with bounds. Exit 0: no outage was seen; 1: one was; 2: too little was seen to say. Ctrl-C ends it
 * early, with what was seen until then.
 */
export async function observeCommand(words: readonly string[]): Promise<number> {
  const { values, positionals } = parse(words, {
    every: { type: 'string', default: '10ms' },
    for: { type: 'string', default: '60s' },
    deadline: { type: 'string', default: '200ms' },
    connections: { type: 'string', default: 'both' },
    status: { type: 'string' },
    body: { type: 'string' },
    allow: { type: 'string', multiple: true, default: [] },
    out: { type: 'string', default: 'reports' },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0)
    throw new UsageError('observe what? Name one or more URLs, for example `faultline observe http://127.0.0.1:8080/health`');
  const twice = positionals.find((url, i) => positionals.indexOf(url) !== i);
  if (twice !== undefined) throw new UsageError(`${twice} is named twice`);
  const every_s = duration('every', values.every, LEAST_EVERY_S, 60);
  const for_s = duration('for', values.for, every_s, LONGEST_S);
  const deadline_s = duration('deadline', values.deadline, 0.001, 60);
  const kind = oneOf('connections', values.connections, ['both', 'fresh', 'pooled']);
  checkOut(values.out);
  const targets = await Promise.all(positionals.map((url) => targetOf(url, values.allow)));
  process.stderr.write(
    `watching ${positionals.join(', ')} every ${every_s * 1000} ms for ${for_s} s; Ctrl-C ends it and tells what was seen\n`,
  );
  const watched = await observe({
    targets,
    every_s,
    for_s,
    deadline_s,
    connections: kind === 'both' ? ['fresh', 'pooled'] : [kind],
    status: values.status === undefined ? WELL : statuses(values.status),
    body_has: values.body,
    out: values.out,
    say: (line) => process.stderr.write(`${line}\n`),
    signal: stopSignal(),
  });
  const code = exitCode(watched);
  if (values.json) out(JSON.stringify(documentOf(watched, every_s, deadline_s), null, 2));
  else table(watched, every_s, code);
  return code;
}

function duration(option: string, text: string, least: number, most: number): number {
  const parsed = Duration.safeParse(text);
  if (!parsed.success) throw new UsageError(`--${option}: ${parsed.error.issues[0]?.message ?? `"${text}" is no duration`}`);
  if (parsed.data < least || parsed.data > most)
    throw new UsageError(`--${option} ${text}: between ${least} s and ${most} s, please; every watch ends by itself`);
  return parsed.data;
}

function statuses(text: string): readonly number[] {
  return text.split(',').map((each) => {
    if (!/^\s*[1-5]\d\d\s*$/.test(each)) throw new UsageError(`--status takes statuses such as 200,204, not "${text}"`);
    return Number(each);
  });
}

/** All that was seen, as JSON: seconds, and moments in ns by `process.hrtime` of this machine, as text. */
function documentOf({ folder, started_at, mono_ns, watched_s, targets }: Watched, every_s: number, deadline_s: number) {
  const moment = (ns: number) => String(mono_ns + BigInt(Math.round(ns)));
  return {
    format: FORMAT,
    started_at,
    folder: path.resolve(folder),
    watched_s,
    every_s,
    deadline_s,
    targets: targets.map(({ url, outages, downtime, availability, operations, unknown }) => ({
      url,
      episodes: outages.map(({ first_bad, begins, ends, lower, upper, errors }) => ({
        first_bad_ns: moment(first_bad),
        begins_ns: begins.map(moment),
        ends_ns: ends.map((end) => (end === null ? null : moment(end))),
        lower_s: lower / 1e9,
        upper_s: upper === null ? null : upper / 1e9,
        open: upper === null,
        errors,
      })),
      downtime: { lower_s: downtime[0] / 1e9, upper_s: downtime[1] / 1e9 },
      availability: { lower: availability[0], upper: availability[1] },
      operations,
      unknown_ratio: operations === 0 ? null : unknown / operations,
    })),
  };
}

function exitCode({ targets }: Watched): number {
  if (targets.some(({ outages }) => outages.length > 0)) return EXIT.failed;
  // So little is known that an outage may have been missed.
  return targets.some(({ operations, unknown }) => operations - unknown < 10 || unknown / operations > 0.1) ? EXIT.inconclusive : EXIT.held;
}

function table({ folder, watched_s, targets }: Watched, every_s: number, code: number): void {
  out('');
  for (const { url, outages, downtime, availability, operations, unknown } of targets) {
    out(url);
    for (const { begins, lower, upper, errors } of outages) {
      const kinds = Object.entries(errors)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 3)
        .map(([name, n]) => `${name} ×${count(n)}`);
      out(
        `  down for ${bracket(lower / 1e9, upper === null ? null : upper / 1e9)}, from ${at(begins[0])} of the watch${upper === null ? ' to its end' : ''} (${kinds.join(', ')})`,
      );
    }
    if (outages.length === 0) out('  no outage was seen');
    const down = downtime[0] === downtime[1] ? at(downtime[0]) : `${at(downtime[0])}–${at(downtime[1])}`;
    out(
      `  downtime ${down} · ${share(availability[0], availability[1])} good of ${count(operations)}${unknown > 0 ? `, ${count(unknown)} unknown` : ''}`,
    );
  }
  out('');
  out(
    `watched for ${watched_s.toFixed(1)} s, an operation every ${every_s * 1000} ms and connection; recorded in ${path.relative(process.cwd(), folder) || folder}`,
  );
  out(
    { 0: 'no outage was seen; exit 0', 1: 'an outage was seen; exit 1' }[code] ??
      'too little was seen to say: this machine was too busy, or the watch too short; exit 2',
  );
}
