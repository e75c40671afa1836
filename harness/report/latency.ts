import type { Op, Phase } from '../model/event.ts';
import { isGood, type Lane, type Span } from './frame.ts';

/** How long the good answers of a lane took, of the operations that were due in one phase: half and 95 % of them at most so long (ms), and the slowest. */
export interface PhaseLatency {
  readonly lane: string;
  readonly phase: Phase;
  readonly due: number;
  readonly good: number;
  readonly ms: { readonly half: number; readonly most: number; readonly slowest: number } | null;
}

/** Latencies are counted in classes, each so much wider than the one before: however many operations, the memory is the same, and what is said of them is at most so much too long. */
const STEP = 1.02;
const PER_CLASS = Math.log(STEP);
/** Up to half an hour, in ns. */
const CLASSES = Math.ceil(Math.log(1800e9) / PER_CLASS) + 1;

/** The latencies of each lane in each phase in which anything of it was due. */
export function latencyByPhase(
  streams: ReadonlyMap<string, Iterable<Op>>,
  lanes: readonly Lane[],
  phases: readonly (Span & { readonly phase: Phase })[],
): readonly PhaseLatency[] {
  return lanes.flatMap(({ name, how, streams: own, deadline_s }) => {
    const sums = phases.map(() => new Latencies());
    for (const stream of own)
      for (const op of streams.get(stream) ?? []) {
        const s = op.s / 1e9;
        const sum = sums[phases.findIndex(({ from_s, to_s }) => s >= from_s && s < to_s)];
        sum?.add(op, deadline_s);
      }
    return phases.flatMap(({ phase }, i) => sums[i]?.of(`${name} ${how}`, phase) ?? []);
  });
}

class Latencies {
  readonly #classes = new Uint32Array(CLASSES);
  #due = 0;
  #good = 0;
  #slowest = 0;

  add(op: Op, deadline_s: number): void {
    this.#due += 1;
    if (!isGood(op, deadline_s)) return;
    this.#good += 1;
    this.#slowest = Math.max(this.#slowest, op.c);
    const of = Math.min(Math.ceil(Math.log(Math.max(op.c, 1)) / PER_CLASS), CLASSES - 1);
    this.#classes[of] = (this.#classes[of] ?? 0) + 1;
  }

  of(lane: string, phase: Phase): readonly PhaseLatency[] {
    if (this.#due === 0) return [];
    const ms = this.#good === 0 ? null : { half: this.#atMost(0.5) / 1e6, most: this.#atMost(0.95) / 1e6, slowest: this.#slowest / 1e6 };
    return [{ lane, phase, due: this.#due, good: this.#good, ms }];
  }

  /** ns within which so large a share of the good answers came. */
  #atMost(share: number): number {
    let seen = 0;
    const of = this.#classes.findIndex((n) => {
      seen += n;
      return seen >= share * this.#good;
    });
    return of < 0 || of === CLASSES - 1 ? this.#slowest : Math.min(STEP ** of, this.#slowest);
  }
}
