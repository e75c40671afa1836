import { type Asker, askerOf } from './asker.ts';
import { now } from './clock.ts';
import type { Output } from './output.ts';
import type { ResolvedProbe } from './protocol.ts';

const MS = 1e6;
const IN_FLIGHT_LIMIT = 40;
/** Each of their questions has a connection of its own. When so many have waited for so long, more are asked only at this distance: whoever just stood still would be kept busy by nothing but our looks. */
const CONNECTING: readonly ResolvedProbe['kind'][] = ['http', 'sql', 'tcp'];
const LATE_FEW = 4;
const LATE_NS = 25 * MS;
const LATE_EVERY_NS = 25 * MS;
/** A database that starts, or shuts down, forks for every one of our connections, only to refuse it. */
const DEAD_SQL_EVERY_NS = 50 * MS;
const HANG_LEAST_NS = 100 * MS;
const GIVE_UP_LEAST_MS = 400;

interface Look {
  readonly x: number;
}

/**
 * Looks at a service on a lattice and writes down when it dies and when it lives again, as brackets that hold:
 *
 * | change | lo | hi |
 * |---|---|---|
 * | alive → dead, it failed | the sending of the last question that was answered: it was alive at or after that | the first failure's completion |
 * | alive → dead, it hangs | the same | the sending of the first unanswered question, plus the slowest good answer: had it been alive, the answer would have come |
 * | dead → dead | as for a death that failed, where it had only been silent before: now it is known to be dead, and not busy | |
 * | dead → alive | the sending of the last question that failed: it was dead at or after that | the first good answer's completion |
 *
 * One failure may be an accident of its connection; two in a row, or two questions unanswered for long, are death. An alert that is asked for needs no second answer, and none at all says nothing.
 */
export class Watch {
  readonly #service: string;
  readonly #asker: Asker;
  readonly #output: Output;
  readonly #every_ns: number;
  /** A question that has waited for less says nothing yet: so long an answer may take. */
  readonly #within_ns: number;
  readonly #hang_ns: number;
  readonly #alert: boolean;
  readonly #connecting: boolean;
  readonly #sql: boolean;
  readonly #timer: NodeJS.Timeout;
  readonly #flying = new Set<Look>();
  #state: 'unknown' | 'alive' | 'dead' = 'unknown';
  #lastGoodX = 0;
  #slowest = 2 * MS;
  #aliveSince = 0;
  #firstFail: { c: number; how: string; silent: boolean } | null = null;
  /** It is dead by its silence alone, and may only be busy: two failures in a row, or one that came before, say more. */
  #hushed = false;
  #lastFailX = 0;
  #fails = 0;
  #samples = 0;
  #lastLook = 0;
  #lastTick = 0;
  #gapMax = 0;
  #stopped = false;

  constructor(service: string, probe: ResolvedProbe, every_ms: number, output: Output) {
    this.#service = service;
    this.#asker = askerOf(probe, true);
    this.#output = output;
    this.#every_ns = every_ms * MS;
    this.#within_ns = 'within_ms' in probe && probe.kind !== 'steady' ? (probe.within_ms ?? 0) * MS : 0;
    // What is allowed to take long hangs no sooner.
    this.#hang_ns =
      'within_ms' in probe && probe.within_ms !== undefined ? Math.max(HANG_LEAST_NS, 1.5 * probe.within_ms * MS) : HANG_LEAST_NS;
    // It takes its window to answer: that is no silence.
    if (probe.kind === 'rate') this.#slowest += (probe.window_ms ?? 0) * MS;
    this.#connecting = CONNECTING.includes(probe.kind);
    this.#sql = probe.kind === 'sql';
    this.#alert = probe.kind === 'http' && probe.alert === true;
    this.#timer = setInterval(() => this.#look(), every_ms);
    this.#look();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    this.#asker.close();
    this.#output.event({
      k: 'watch_end',
      at: now(),
      service: this.#service,
      samples: this.#samples,
      gap_max: this.#gapMax,
      state: this.#state,
      ...(this.#lastGoodX > 0 ? { last_well: this.#lastGoodX } : {}),
    });
  }

  #look(): void {
    const x = now();
    this.#hanging(x - this.#lastTick);
    this.#lastTick = x;
    if (this.#flying.size >= IN_FLIGHT_LIMIT || x - this.#lastLook < this.#distance(x)) return;
    if (this.#lastLook > 0) this.#gapMax = Math.max(this.#gapMax, x - this.#lastLook);
    this.#lastLook = x;
    this.#samples += 1;
    const look: Look = { x };
    this.#flying.add(look);
    const patience_ms = Math.max(GIVE_UP_LEAST_MS, (4 * this.#slowest) / MS, (1.5 * this.#within_ns) / MS);
    void this.#asker.ask(patience_ms).then(({ well, how, silent = false, over_ms = 0, mute = false }) => {
      this.#flying.delete(look);
      if (this.#stopped || mute) return;
      if (well) this.#good(x, now(), over_ms * MS);
      else this.#bad(x, now(), how, silent, over_ms * MS);
    });
  }

  /** How far apart (ns) two looks must be, where that is more than the lattice's own distance. */
  #distance(at: number): number {
    if (this.#sql && this.#state === 'dead') return DEAD_SQL_EVERY_NS;
    if (!this.#connecting || this.#flying.size < LATE_FEW) return 0;
    return [...this.#flying].filter((look) => at - look.x > LATE_NS + this.#within_ns).length >= LATE_FEW ? LATE_EVERY_NS : 0;
  }

  #good(x: number, c: number, over_ns: number): void {
    // An answer to a question older than a failure seen since says nothing of now.
    // Nor does the wait of a question that was asked while it was dead say how slow it is when it lives.
    if (this.#state === 'alive' && x >= this.#aliveSince) this.#slowest = Math.min(Math.max(this.#slowest, c - x), 1000 * MS);
    if (this.#state === 'dead' && x < this.#lastFailX) return;
    // What was well on the whole may have begun to go wrong at any moment of that time.
    this.#lastGoodX = Math.max(this.#lastGoodX, x - over_ns);
    this.#fails = 0;
    this.#firstFail = null;
    if (this.#state !== 'alive') this.#change('alive', this.#state === 'unknown' ? c : this.#lastFailX, c, 'answered');
  }

  #bad(x: number, c: number, how: string, silent: boolean, over_ns: number): void {
    this.#lastFailX = Math.max(this.#lastFailX, x - over_ns);
    if (this.#state === 'dead') {
      if (this.#hushed) this.#badInSilence(c, how, silent);
      return;
    }
    // It was sent before the last one that was answered: the service outlived it.
    if (x < this.#lastGoodX) return;
    this.#fails += 1;
    this.#firstFail ??= { c, how, silent };
    if (this.#fails < (this.#alert ? 1 : 2)) return;
    const { c: hi, how: first, silent: hushed } = this.#firstFail;
    this.#change(
      'dead',
      this.#state === 'unknown' ? hi : this.#lastGoodX,
      hi,
      first === how ? how : `${first}, then ${how}`,
      hushed && silent,
    );
  }

  #badInSilence(c: number, how: string, silent: boolean): void {
    if (silent) this.#firstFail = null;
    else if (this.#firstFail === null) this.#firstFail = { c, how, silent };
    else this.#change('dead', this.#lastGoodX, this.#firstFail.c, `silence, then ${how}`);
  }

  /** Two questions sent since the last good answer have waited longer than any answer ever took. */
  #hanging(since_last_ns: number): void {
    if (this.#state !== 'alive' || this.#alert) return;
    const at = now();
    const limit = Math.max(3 * this.#slowest, this.#hang_ns);
    const waiting = [...this.#flying].filter((look) => look.x > this.#lastGoodX);
    const first = waiting[0];
    if (first === undefined || waiting.length < 2 || at - first.x < limit) return;
    // If the observer itself stood still, everybody seems to hang: wait for looks after that.
    if (since_last_ns > 2 * this.#every_ns + 20 * MS) return;
    this.#lastFailX = Math.max(...waiting.map((look) => look.x));
    this.#change(
      'dead',
      this.#lastGoodX,
      Math.min(at, first.x + Math.max(this.#slowest, this.#within_ns)),
      `no answer for ${Math.round((at - first.x) / MS)} ms`,
      true,
    );
  }

  #change(to: 'alive' | 'dead', lo: number, hi: number, how: string, silent = false): void {
    this.#output.event({
      k: 'watch',
      at: now(),
      service: this.#service,
      from: this.#state,
      to,
      lo: Math.min(lo, hi),
      hi,
      how,
      ...(silent ? { silent: true } : {}),
    });
    this.#state = to;
    this.#hushed = to === 'dead' && silent;
    if (to === 'alive') this.#aliveSince = now();
    this.#fails = 0;
    this.#firstFail = null;
  }
}
