import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Planted, type Planting, plant, RESTORE, recorded } from '../../fixtures/recordings/plant.ts';
import { Objective } from '../model/objective.ts';
import { ObjectiveVerdict } from '../model/verdict.ts';
import { judgeRestore, restorePromise } from './restore.ts';

type Restore = Extract<Objective, { kind: 'restore' }>;

const LASTING: Partial<Planting> = { window_s: 12, baseline_s: 4, outages: [{ kind: 'refuse', from_s: 0, to_s: 1 }] };
const AWAY: Partial<Planting> = { ...LASTING, outages: [{ kind: 'refuse', from_s: 0, to_s: 30 }] };

function judged(change: Partial<Planting> = {}, promise: Partial<Restore> = {}, damage: (planted: Planted) => Planted = (same) => same) {
  const verdict = judgeRestore(recorded(damage(plant({ ...LASTING, ...change }))), { ...RESTORE, ...promise });
  expect(ObjectiveVerdict.parse(verdict)).toEqual(verdict);
  return verdict;
}

/** How the final read of the place ended, instead of well. */
function readEnds(error: string): (planted: Planted) => Planted {
  return (planted) => {
    const lines = planted.lines.filter((line) => !/^\{"k":"found".*"store":"pg-2"/.test(line));
    return {
      ...planted,
      lines: lines.map((line) => {
        const event = JSON.parse(line) as { k: string; store?: string };
        if (event.k === 'end') return JSON.stringify({ ...event, records: lines.length });
        return event.k === 'read' && event.store === 'pg-2' ? JSON.stringify({ ...event, rows: 0, complete: false, error }) : line;
      }),
    };
  };
}

test('a place that answers in time, with a state as old as promised and no damage: held, with RTO, RPO and what is lost', () => {
  expect(judged()).toMatchObject({
    outcome: 'pass',
    reason: 'held',
    measured: { lost_before: 0, lost_after: 0, damage_left: 0, reaches_back_s: null, unread: null },
    says: expect.stringMatching(/^snapshot RTO 0\.9\d–1\.\d\d s, RPO 0–0\.00 s$/),
  });
  const old = judged({ lose: 60 });
  expect(old).toMatchObject({ outcome: 'pass', measured: { lost_before: 60, damage_left: 0 } });
  const measured = old.measured?.kind === 'restore' ? old.measured.reaches_back_s : null;
  expect(measured?.[0]).toBeGreaterThan(0.05);
  expect(measured?.[1]).toBeLessThan(1);
});

test('a state that is older than promised, or between the bounds, or newer than the table says', () => {
  expect(judged({ lose: 60 }, { reaches_back_s: 0.05 })).toMatchObject({ outcome: 'fail', reason: 'restore.too_old' });
  const { measured } = judged({ lose: 60 });
  const [lower, upper] = (measured?.kind === 'restore' ? measured.reaches_back_s : null) ?? [0, 0];
  const between = (lower + (upper ?? 0)) / 2;
  expect(judged({ lose: 60 }, { reaches_back_s: between })).toMatchObject({ outcome: 'inconclusive', reason: 'restore.undecided' });
  expect(judged({ lose: 60 }, { at_least_s: 0.9 })).toMatchObject({ outcome: 'fail', reason: 'restore.unexpected' });
  expect(judged({ lose: 60 }, { at_least_s: between })).toMatchObject({ outcome: 'inconclusive', reason: 'restore.undecided' });
  expect(judged({ lose: 60 }, { at_least_s: lower })).toMatchObject({ outcome: 'pass' });
});

test('damage is what is altered, never written, or gone from between what is there, and no old state', () => {
  for (const [change, because] of [
    [{ alter: 3 }, /^3 writes damaged \(3 altered\)/],
    [{ phantom: 2 }, /^2 writes damaged \(2 never written\)/],
    [{ lose: 7, lose_holes: true }, /^7 writes damaged \(7 gone from between others\)/],
  ] as const) {
    expect(judged(change)).toMatchObject({ outcome: 'fail', reason: 'restore.damaged', because: expect.stringMatching(because) });
    expect(judged(change, { expected: 'damage' })).toMatchObject({ outcome: 'pass', reason: 'held' });
  }
  expect(judged({ lose: 1_000_000 })).toMatchObject({ outcome: 'fail', reason: 'restore.damaged', because: /is left/ });
  expect(judged({}, { expected: 'damage' })).toMatchObject({ outcome: 'fail', reason: 'restore.unexpected' });
  expect(judged({ lose: 60 }, { expected: 'damage' })).toMatchObject({ outcome: 'fail', reason: 'restore.unexpected' });
});

test('a table that is gone is damage; a place where nobody answers has nothing; any other error tells nothing', () => {
  const gone = readEnds('relation "orders" does not exist');
  expect(judged(AWAY, {}, gone)).toMatchObject({ outcome: 'fail', reason: 'restore.damaged' });
  expect(judged(AWAY, { expected: 'damage' }, gone)).toMatchObject({ outcome: 'pass' });
  const nobody = readEnds('connect ECONNREFUSED 10.0.0.9:5432');
  expect(judged(AWAY, {}, nobody)).toMatchObject({ outcome: 'fail', reason: 'restore.nothing' });
  expect(judged({}, {}, nobody)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  expect(judged(AWAY, { expected: 'damage' }, nobody)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  expect(judged(AWAY, {}, readEnds('time ran out'))).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  expect(judged({}, { store: 'nowhere' })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
});

test('what was read while clients were at work tells nothing', () => {
  const early = (planted: Planted): Planted => ({
    ...planted,
    lines: planted.lines.map((line) => (line.startsWith('{"k":"stream_end"') ? JSON.stringify({ ...JSON.parse(line), at: 1e12 }) : line)),
  });
  expect(judged({}, {}, early)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read', because: /at work/ });
});

test('a state that is right and comes too late, or never, misses its RTO', () => {
  expect(judged({}, { within_s: 0.5 })).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
  expect(judged(AWAY)).toMatchObject({ outcome: 'fail', reason: 'rto.over' });
});

test('where nothing is expected nobody may be let in, and somebody must have asked', () => {
  const nothing = { expected: 'nothing' } as const;
  expect(judged(AWAY, nothing)).toMatchObject({ outcome: 'pass', reason: 'held', says: 'snapshot does not help' });
  expect(judged({}, nothing)).toMatchObject({ outcome: 'fail', reason: 'restore.unexpected' });
  // Nobody knows what became of a second of reads: counted as good they are no return for good.
  expect(judged({ ...AWAY, stalls: [{ from_s: 7, to_s: 8, sends: 'never' }] }, nothing)).toMatchObject({ outcome: 'pass' });
  expect(judged({ ...AWAY, stalls: [{ from_s: 2, to_s: 13, sends: 'never' }] }, nothing)).toMatchObject({ outcome: 'inconclusive' });
  expect(judged(AWAY, { ...nothing, seen_by: 'ghost' })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_operations' });
});

test('without a disaster, or with too few writes before it, nothing is said', () => {
  expect(judged({ dies: null })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.fault_unconfirmed' });
  expect(judged({ fault: 'none', outages: [] })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_fault' });
  expect(judged({ baseline_s: 0.3, writers: 1 })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
  expect(judged({ lose: 850, baseline_s: 2 }, { reaches_back_s: 10 })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
});

test('how people read it', () => {
  expect([
    restorePromise(RESTORE),
    restorePromise({ ...RESTORE, at_least_s: 0.5 }),
    restorePromise({ ...RESTORE, expected: 'damage' }),
    restorePromise({ ...RESTORE, expected: 'nothing' }),
  ]).toEqual([
    'helps: ≤ 2 s, 1 s of writes lost at most, no damage',
    'helps: ≤ 2 s, 0.5 s to 1 s of writes lost at most, no damage',
    'does not help: the damage is there, too',
    'does not help: nobody is let in within 2 s',
  ]);
});

test('each kind of promise has its judge in a file of its name: evidence rests on these', () => {
  const files = readdirSync(path.join(import.meta.dirname));
  for (const { shape } of Objective.options) expect(files).toContain(`${shape.kind.value}.ts`);
});
