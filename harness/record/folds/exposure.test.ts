import { expect, test } from 'vitest';
import { plant, recorded } from '../../../fixtures/recordings/plant.ts';
import type { PlannedFault } from '../../model/plan.ts';
import { Ops } from '../ops.ts';
import { exposureOf } from './exposure.ts';
import { ledgerOf, writeOf } from './ledger.ts';
import { splitBrain, zombies } from './primaries.ts';
import { windowOf } from './window.ts';

const planted = plant({ baseline_s: 2 });
const effect = planted.truth.effect;

function exposure(more: readonly Record<string, unknown>[] = [], faults: readonly PlannedFault[] = [], lines = planted.lines) {
  const recording = recorded({
    ...planted,
    plan: { ...planted.plan, faults: [...planted.plan.faults, ...faults] },
    lines: [...lines, ...more.map((each) => JSON.stringify(each))],
  });
  const window = windowOf(recording);
  if (window === null) throw new Error('the fault was not seen');
  return exposureOf(recording, ledgerOf(recording, ['order', 'bulk']), window);
}
const lag = (s: number, flushed: number, standby: number) => ({
  k: 'lag',
  at: Math.round(effect + s * 1e9),
  leader: 'pg-1',
  flushed,
  standbys: { 'pg-2': standby },
});

test('a second before the fault, to the last acknowledgement of the old timeline', () => {
  const { from, to, acknowledged, writers, amplified } = exposure();
  expect((effect - from) / 1e9).toBeCloseTo(1, 1);
  expect(Math.abs(to - effect)).toBeLessThan(10e6);
  expect(writers).toBe(10);
  expect(acknowledged).toBeGreaterThan(350);
  expect(amplified).toBe(false);
});

test('a larger sampled lag reaches further back', () => {
  const samples = [lag(-1.9, 100, 100), lag(-1.8, 200, 100), lag(-0.2, 300, 100), lag(0.5, 900, 0)];
  expect((effect - exposure(samples).from) / 1e9).toBeCloseTo(1.7, 1);
});

test('where an amplifier holds replication back, it counts from the amplifier, and writes in flight count too', () => {
  const hold: PlannedFault = {
    name: 'hold',
    fault: 'hold',
    target: 'api',
    from: null,
    port: null,
    grace_s: null,
    at_s: 0,
    after: null,
    heal: 'end',
    amplifier: true,
    confirm_within_s: 5,
  };
  const at = Math.round(effect - 0.7e9);
  const deed = { k: 'fault', at, fault: 'hold', state: 'command', targets: ['api'], detail: '' };
  const ends = planted.lines.findIndex((line) => line.includes('"fault"'));
  const lines = planted.lines
    .toSpliced(ends, 0, JSON.stringify(deed))
    .filter((line) => !line.includes('"state":"asked"') || line.includes('hold'));
  const before = lines.filter((line) => !line.includes('"phase":"disturb"'));
  const samples = [lag(-0.6, 100, 100), ...[5, 4, 3, 2, 1, 0].map((tenths, i) => lag(-tenths / 10, 200 + i * 100, 150))];
  const { from, amplified } = exposure(samples, [hold], before);
  expect(amplified).toBe(true);
  expect((effect - from) / 1e9).toBeCloseTo(1.6, 1);
});

test('acknowledged late by the old primary, but kept, or asked before the new one answered: neither zombie nor split brain', () => {
  const recording = recorded(planted);
  const window = windowOf(recording);
  const ledger = ledgerOf(recording, ['order', 'bulk']);
  const [order] = ledger.streams;
  if (window === null || order === undefined) throw new Error('the fault was not seen');
  const answered = [...order.ops].filter(({ l, o }) => l === 2 && o === 'ok');
  const first = answered.reduce((a, b) => (a.s + a.c < b.s + b.c ? a : b));
  // The last answer of the newer primary before it is the one that counts over all streams.
  const since = Math.min(
    ...ledger.streams.flatMap(({ ops }) => [...ops].filter(({ l, o }) => l === 2 && o === 'ok').map(({ s, c }) => s + c)),
  );
  /** The same writes and one more, acknowledged by the old primary. */
  const withLate = (s: number, c: number) => {
    const late = { ...first, n: 99_999, s, x: 0, c, l: 1 };
    return { streams: [{ ...order, ops: Ops.of([...order.ops, late]) }, ...ledger.streams.slice(1)] };
  };
  const late = ({ streams: [stream] }: ReturnType<typeof withLate>) =>
    [...(stream?.ops.n ?? [])].flatMap((n, i) => (n === 99_999 && stream !== undefined ? [writeOf('abcdef', stream, i)] : []));
  const asked = withLate(since - 1e6, 500e6);
  const overlapping = withLate(since + 1, 500e6);
  expect(splitBrain(recording, asked).writes).toEqual([]);
  expect(splitBrain(recording, overlapping)).toMatchObject({ writes: [{ id: 'abcdef.order.f.99999' }], length: 500e6 + 1 });
  expect(zombies(recording, asked, [], window)).toEqual([]);
  expect(zombies(recording, asked, late(asked), window)).toEqual(late(asked));
  const early = withLate(effect - 1e9, 5e6);
  expect(zombies(recording, early, late(early), window)).toEqual([]);
});

test('in flight is what was sent and not yet answered when the fault took effect', () => {
  expect(exposure().in_flight).toBeLessThanOrEqual(10);
});
