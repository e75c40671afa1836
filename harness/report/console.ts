import type { Phase } from '../model/event.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Progress } from '../observer/protocol.ts';
import { printable } from './escape.ts';
import { bracket, count } from './figures.ts';
import { wrapped } from './wrap.ts';

/** What a run tells the person who watches it. */
export interface Display {
  /** A phase begins; `detail` in a few words. */
  phase(name: Phase, detail: string): void;
  /** Something worth a line. */
  line(text: string): void;
  /** The load's state, four times a second. */
  progress(p: Progress): void;
  /** A deed upon a fault. */
  fault(text: string): void;
  /** Takes the status line away; nothing is displayed after it. */
  done(): void;
}

/** Where to, and how. `interactive`: a terminal, whose last line may be rewritten. `now_ms`: a clock for the elapsed time (for tests). */
export interface LiveOptions {
  readonly stream: { write(text: string): unknown; readonly columns?: number | undefined };
  readonly interactive: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now_ms?: () => number;
}

/** An outage is announced when it lasted this long: single bad answers are no outage. */
const OUTAGE_MS = 250;
const PLAIN_EVERY_MS = 2000;
const TICK_MS = 250;

/**
 * Live progress: on a terminal a status line rewritten in place (phase, elapsed, load, clock of the outage) under lines that stay; elsewhere
 * plain lines only, without control codes. `NO_COLOR` and `TERM=dumb` are honoured.
 */
export function liveProgress({ stream, interactive, env = process.env, now_ms = () => performance.now() }: LiveOptions): Display {
  const dumb = env.TERM === 'dumb';
  const live = interactive && !dumb;
  const paint = painter(live && (env.NO_COLOR ?? '') === '');
  const began = now_ms();
  let phase: Phase | null = null;
  let last: Progress | null = null;
  let outage: { readonly since_ns: number; announced: boolean } | null = null;
  let plainAt = Number.NEGATIVE_INFINITY;
  let shown = 0;
  let ended = false;
  const timer = live ? setInterval(status, TICK_MS) : null;
  timer?.unref();

  const columns = () => Math.max(40, Math.min(stream.columns ?? 80, 120));
  const elapsed = () => `${((now_ms() - began) / 1000).toFixed(1)} s`;

  /** Takes the status line away. Without colours, by blanks: some who ask for none cannot take codes at all. */
  function clear(): void {
    if (shown === 0) return;
    stream.write(paint.on ? '\r\u001b[2K' : `\r${' '.repeat(shown)}\r`);
    shown = 0;
  }

  function status(): void {
    if (!live || ended || phase === null) return;
    clear();
    const down = last?.down_since == null ? '' : `down ${downFor(last, last.down_since)} s`;
    const words = [elapsed(), ...(last === null ? [] : [loadText(last)])].join(' · ');
    const plain = [phase, words, down].filter((word) => word !== '').join('  ');
    const fits = [...plain].length < columns();
    const cut = fits ? plain : [...plain].slice(0, columns() - 2).join('');
    stream.write(fits ? [paint.bold(phase), paint.dim(words), paint.bad(down)].filter((word) => word !== '').join('  ') : cut);
    shown = [...cut].length;
  }

  function say(label: string, text: string, tone: (text: string) => string = (t) => t): void {
    if (ended) return;
    clear();
    const [first = '', ...rest] = wrapped(printable(text).replaceAll('\n', ' '), columns() - 11);
    stream.write(`${tone(label.padEnd(9))} ${first}\n${rest.map((line) => `${' '.repeat(10)}${line}\n`).join('')}`);
    status();
  }

  function watchOutage(p: Progress): void {
    if (p.down_since !== null) {
      outage ??= { since_ns: p.down_since, announced: false };
      if (!outage.announced && (p.at - outage.since_ns) / 1e6 >= OUTAGE_MS) {
        outage.announced = true;
        say('down', `no good answer since ${(outage.since_ns / 1e9).toFixed(2)} s of the run`, paint.bad);
      }
    } else if (outage !== null) {
      if (outage.announced) say('up', `good answers again after about ${downFor(p, outage.since_ns)} s`, paint.good);
      outage = null;
    }
  }

  return {
    phase(name, detail) {
      phase = name;
      say(name, detail, paint.bold);
    },
    line: (text) => say('', text),
    progress(p) {
      last = p;
      watchOutage(p);
      if (live) return status();
      if (p.done === 0 || now_ms() - plainAt < PLAIN_EVERY_MS) return;
      plainAt = now_ms();
      say('load', `${elapsed()} · ${loadText(p)}${p.down_since === null ? '' : ` · down ${downFor(p, p.down_since)} s`}`);
    },
    fault: (text) => say('fault', text, paint.fault),
    done() {
      if (timer !== null) clearInterval(timer);
      clear();
      ended = true;
    },
  };
}

/**
 * What a run prints at its end, for 80 columns: each objective and why, where the report is, how to play it again, and last the headline. Only the
 * replay line, the folder and the headline may be longer, so that they can be copied.
 */
export function finalLines(verdict: Verdict, folder: string, replay: string): string[] {
  const lines = [
    '',
    ...verdict.objectives.flatMap((o) => [
      ...block(`${SIGNS[o.outcome]} `, `${o.name}: ${o.because}${o.reason === 'held' ? '' : ` (${o.reason})`}`),
      ...(o.measured?.kind === 'rto' && o.measured.finding !== undefined ? block('  ! ', `finding: ${o.measured.finding}`) : []),
    ]),
    ...verdict.milestones.flatMap((m) =>
      m.name === 'alerted' ? block('  ', `alerted after ${bracket(m.lower_s, m.upper_s)} s, by ${m.of}`) : [],
    ),
  ];
  if (verdict.objectives.length === 0) lines.push('? nothing was judged');
  lines.push('');
  if (verdict.run.sabotage !== null) lines.push(...block('  ', `sabotaged on purpose: ${verdict.run.sabotage}`));
  if (verdict.run.demonstration) lines.push('  a demonstration: counts towards no principle');
  lines.push(`  report  ${printable(folder)}/report.html`, `  replay  ${printable(replay)}`, '');
  if (verdict.exit_code !== 0) lines.push(...block(`exit ${verdict.exit_code}: `, `${verdict.because} (${verdict.reason})`));
  lines.push(printable(verdict.headline));
  return lines;
}

const SIGNS = { pass: '✓', fail: '✕', inconclusive: '?' } as const;

function block(opening: string, text: string): string[] {
  return wrapped(printable(text).replaceAll('\n', ' '), 80 - opening.length).map(
    (line, i) => (i === 0 ? opening : ' '.repeat(opening.length)) + line,
  );
}

function loadText(p: Progress): string {
  const good = p.done === 0 ? '' : ` · ${((p.good / p.done) * 100).toFixed(1)} % good`;
  return `${count(p.done)} answers${good}`;
}

function downFor(p: Progress, since_ns: number): string {
  return (Math.max(0, p.at - since_ns) / 1e9).toFixed(1);
}

interface Painter {
  readonly on: boolean;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly fault: (text: string) => string;
}

function painter(on: boolean): Painter {
  const by = (code: number) => (text: string) => (on && text.trim() !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { on, bold: by(1), dim: by(2), good: by(32), bad: by(31), fault: by(35) };
}
