import { bracket } from '../../judge/say.ts';
import type { EventOf, Op } from '../../model/event.ts';

/** Bad answers in a row that are told as an outage; the judges decide at the end, and with more care. */
const IN_A_ROW = 3;
/** What was sent so late, or while this machine stood still, says nothing of the target. */
const LATE_NS = 10e6;
const STALLS_KEPT = 20;

interface State {
  bad: number;
  first: Op | null;
  lastBad: Op | null;
  lastGood: Op | null;
  told: boolean;
}

/** Tells a person of outages as they come, from the lines of the timeline: the first prober of a target that sees it tells, and it is back when all are. */
export class LiveOutages {
  readonly #urls: ReadonlyMap<string, string>;
  readonly #deadline: number;
  readonly #started: Date;
  readonly #say: (line: string) => void;
  readonly #states = new Map<string, State>();
  readonly #down = new Set<string>();
  #stalls: EventOf<'stall'>[] = [];

  constructor(urls: ReadonlyMap<string, string>, deadline_s: number, started: Date, say: (line: string) => void) {
    this.#urls = urls;
    this.#deadline = deadline_s * 1e9;
    this.#started = started;
    this.#say = say;
  }

  /** Takes a line of the timeline. */
  line(text: string): void {
    if (text.startsWith('{"k":"stall"')) this.#stalls = [...this.#stalls, JSON.parse(text) as EventOf<'stall'>].slice(-STALLS_KEPT);
    if (!text.startsWith('{"k":"op"')) return;
    const op = JSON.parse(text) as Op;
    const key = `${op.j}/${op.w}`;
    const state = this.#states.get(key) ?? { bad: 0, first: null, lastBad: null, lastGood: null, told: false };
    this.#states.set(key, state);
    if (op.o === 'ok' && op.b !== 1 && op.c <= this.#deadline) this.#good(op, state);
    else if (op.o !== 'ns' && op.x <= LATE_NS && !this.#stoodStill(op)) this.#bad(op, state);
  }

  #stoodStill({ s, c }: Op): boolean {
    const to = s + Math.min(c, this.#deadline);
    return this.#stalls.some((stall) => stall.at <= to && stall.to >= s);
  }

  #bad(op: Op, state: State): void {
    state.bad += 1;
    state.first ??= op;
    state.lastBad = op;
    if (state.bad < IN_A_ROW || this.#down.has(op.j)) return;
    this.#down.add(op.j);
    state.told = true;
    this.#say(
      `${this.#url(op)} down since ${this.#clock(state.first.s)} (${state.first.e ?? (state.first.b === 1 ? 'wrong body' : 'late')})`,
    );
  }

  #good(op: Op, state: State): void {
    const other = [...this.#states].find(([key, each]) => each !== state && key.startsWith(`${op.j}/`) && each.bad >= IN_A_ROW);
    if (state.told && other !== undefined) other[1].told = true;
    else if (state.told && state.first !== null && state.lastBad !== null) {
      const lower = Math.max(0, state.lastBad.s + state.lastBad.x - (state.first.s + state.first.c));
      const upper = op.s + op.c - (state.lastGood === null ? state.first.s : state.lastGood.s + state.lastGood.x);
      this.#say(`${this.#url(op)} back after ${bracket(lower / 1e9, upper / 1e9)}`);
      this.#down.delete(op.j);
    }
    state.bad = 0;
    state.first = null;
    state.told = false;
    state.lastGood = op;
  }

  #url({ j }: Op): string {
    return this.#urls.get(j) ?? j;
  }

  #clock(ns: number): string {
    return new Date(this.#started.getTime() + ns / 1e6).toISOString().slice(11, 23);
  }
}
