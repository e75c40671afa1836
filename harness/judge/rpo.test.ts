import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Planted, type Planting, plant, RPO, recorded } from '../../fixtures/recordings/plant.ts';
import { ledgerOf } from '../record/folds/ledger.ts';
import { judgeRpo, lostIdsOf, rpoFloors } from './rpo.ts';

const rpo = RPO as Extract<typeof RPO, { kind: 'rpo' }>;
const small = { tau_ms: 20, baseline_s: 1.5, window_s: 1, outages: [{ kind: 'refuse', from_s: 0, to_s: 0.3 }] } as const;
const judged = (change: Partial<Planting>, objective = rpo) => judgeRpo(recorded(plant({ ...small, ...change })), objective);
/** A planted run with its events changed, one by one; null leaves one out. */
const changed = (planted: Planted, change: (event: Record<string, unknown>) => Record<string, unknown> | null): Planted => ({
  ...planted,
  lines: planted.lines.flatMap((line) => {
    const event = change(JSON.parse(line) as Record<string, unknown>);
    return event === null ? [] : [JSON.stringify(event)];
  }),
});

test('every acknowledged write is there: held', () => {
  expect(judged({})).toMatchObject({ outcome: 'pass', reason: 'held', measured: { lost: 0, altered: 0, seconds: null } });
});

test('acknowledged writes that the authority lacks are lost, and named', () => {
  const verdict = judged({ lose: 5 });
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', measured: { lost: 5 } });
  expect(verdict.because).toMatch(/^5 lost of .* on pg-2, at most 0 promised; 0\.\d\d s of writes$/);
});

test('a promise of some lost writes is kept within it', () => {
  expect(judged({ lose: 5 }, { ...rpo, at_most_writes: 5 })).toMatchObject({ outcome: 'pass' });
  expect(judged({ lose: 6 }, { ...rpo, at_most_writes: 5 })).toMatchObject({ outcome: 'fail', reason: 'rpo.lost' });
});

test('a member that could be promoted counts when it lost more than the authority; one that could not does not', () => {
  expect(judged({ lose: 4, lose_on: 'member' })).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', measured: { lost: 4 } });
  const stopped = changed(plant({ ...small, lose: 4, lose_on: 'member' }), (event) =>
    event.k === 'cluster'
      ? { ...event, members: (event.members as { name: string }[]).map((m) => (m.name === 'pg-1' ? { ...m, state: 'stopped' } : m)) }
      : event,
  );
  expect(judgeRpo(recorded(stopped), rpo)).toMatchObject({
    outcome: 'pass',
    measured: { lost: 0, stores: [{ lost: 0 }, { store: 'pg-1', lost: 4 }] },
  });
});

test('another value than the acknowledged one is altered', () => {
  expect(judged({ alter: 3 })).toMatchObject({ outcome: 'fail', reason: 'rpo.altered', measured: { altered: 3, lost: 0 } });
});

/** A planted run in which somebody deleted the first acknowledged writes of `bulk` again; `there`: how many of them the stores hold all the same. */
function deleting(how: Record<string, unknown>, there: number, change: Partial<Planting> = {}) {
  const planted = plant({ ...small, ...change });
  const events = planted.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const written = events.filter((e) => e.k === 'op' && e.j === 'bulk' && e.o === 'ok').slice(0, 20);
  const ids = written.map((e) => `abcdef.bulk.${e.w}.${e.n}`);
  const gone = new Set(ids.slice(there));
  const at = Math.max(...written.map((e) => (e.s as number) + (e.c as number)));
  const stream = {
    k: 'stream',
    at,
    j: 'cancel',
    w: 'w0',
    kind: 'write',
    load: 'closed',
    every: 10e6,
    deadline: 100e6,
    target: '127.0.0.1:1',
  };
  const deletions = ids.map((v, n) => ({ k: 'op', j: 'cancel', w: 'w0', n, s: at + n * 10e6, x: 1000, c: 2e6, o: 'ok', v, ...how }));
  const lines = events.flatMap((event): object[] => {
    if (event.k === 'end') return [{ ...event, records: planted.lines.length + 22 }];
    if (event.k === 'found') return [{ ...event, rows: (event.rows as [string, string][]).filter(([id]) => !gone.has(id)) }];
    if (event.k === 'read') return [{ ...event, rows: (event.rows as number) - gone.size }];
    if (event.k === 'stream' && event.j === 'bulk' && event.w === 'w0') return [event, stream, ...deletions];
    if (event.k === 'stream_end' && event.j === 'bulk' && event.w === 'w0')
      return [event, { ...event, j: 'cancel', scheduled: ids.length, recorded: ids.length }];
    return [event];
  });
  const bulk = planted.plan.journeys.find(({ name }) => name === 'bulk');
  if (bulk === undefined) throw new Error('there is no bulk');
  const plan = { ...planted.plan, journeys: [...planted.plan.journeys, { ...bulk, name: 'cancel', deletes: 'bulk' }] };
  return judgeRpo(recorded({ ...planted, plan, lines: lines.map((each) => JSON.stringify(each)) }), rpo);
}

test('what a client deleted is not lost, whether or not that was answered; what is there though its deletion was acknowledged is undeleted', () => {
  expect(deleting({}, 0)).toMatchObject({ outcome: 'pass', measured: { lost: 0, deleted: 20, undeleted: 0, damage_left: 0 } });
  expect(deleting({ o: 'ind', e: 'timeout' }, 7)).toMatchObject({ outcome: 'pass', measured: { lost: 0, deleted: 0, undeleted: 0 } });
  expect(deleting({ b: 1, e: 'wrong_body' }, 7)).toMatchObject({ outcome: 'pass', measured: { lost: 0, deleted: 0, undeleted: 0 } });
  const verdict = deleting({}, 7);
  expect(verdict).toMatchObject({
    outcome: 'fail',
    reason: 'rpo.undeleted',
    measured: { lost: 0, undeleted: 7, damage_left: 7, stores: [{ undeleted: 7 }, { undeleted: 7 }] },
  });
  expect(verdict.because).toMatch(/^7 there again, though deleted, of .* acknowledged writes on pg-2, at most 0 promised$/);
  // A deletion that definitely did not happen excuses nothing.
  expect(deleting({ o: 'fail', e: 'http_409' }, 7)).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', measured: { lost: 13 } });
  // Deleted, and altered or not before: gone is what was asked for.
  expect(deleting({}, 20, { alter: 500 })).toMatchObject({ measured: { undeleted: 20 } });
});

test('how far back the state of a store reaches: between the first loss and the last write before it that is kept, about the fault', () => {
  const tail = judged({ lose: 40 }).measured;
  if (tail?.kind !== 'rpo') throw new Error('nothing was measured');
  const [least, most] = tail.reaches_back_s ?? [0, 0];
  expect(least).toBeGreaterThan(0);
  expect(least).toBeLessThanOrEqual(tail.seconds ?? 0);
  expect(most).toBeGreaterThanOrEqual(tail.seconds ?? 9);
  // Sixteen writers of one every 25 ms: the next one that is kept is near.
  expect((most ?? 9) - least).toBeLessThan(0.15);
  expect([tail.lost_before, tail.lost_after]).toEqual([40, 0]);
  expect(judged({}).measured).toMatchObject({ reaches_back_s: null, lost_before: 0, lost_after: 0 });
  const late = judged({ zombie_s: 0.2 }).measured;
  if (late?.kind !== 'rpo') throw new Error('nothing was measured');
  expect([late.lost_before, late.lost_after]).toEqual([0, late.lost]);
  expect(late.reaches_back_s?.[0]).toBe(0);
  const all = judged({ lose: 1_000_000 }).measured;
  expect(all?.kind === 'rpo' ? all.reaches_back_s?.[1] : 0).toBeNull();
});

test('phantoms, duplicates and resurrected writes are counted, and no loss', () => {
  expect(judged({ phantom: 2, duplicate: 3, resurrect: 4 })).toMatchObject({
    outcome: 'pass',
    measured: { phantom: 2, duplicated: 3, resurrected: 4, lost: 0 },
  });
});

test('the final read is missing, or did not come to its end: no pass', () => {
  expect(judged({ read: 'none' })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  expect(judged({ read: 'cut' })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  const unread = changed(plant(small), (event) => (event.k === 'read' && event.store === 'pg-2' ? { ...event, complete: false } : event));
  expect(judgeRpo(recorded(unread), rpo)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
  const one = changed(plant(small), (event) => ((event.k === 'read' || event.k === 'found') && event.store === 'pg-1' ? null : event));
  expect(judgeRpo(recorded(one), rpo).because).toBe('the final read of pg-1 is missing');
  const nobody = changed(plant(small), (event) => (event.k === 'read' ? { ...event, role: 'member' } : event));
  expect(judgeRpo(recorded(nobody), rpo)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_final_read' });
});

test('too little at stake does not pass, but a loss fails all the same', () => {
  expect(judged({ writers: 2 })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.floor' });
  expect(judged({ writers: 2, lose: 1 })).toMatchObject({ outcome: 'fail', reason: 'rpo.lost' });
  expect(rpoFloors(recorded(plant({ ...small, writers: 2 })), rpo).map(({ seen }) => seen)).toEqual([expect.any(Number), 4]);
});

test('no writes, no fault seen: nothing passes', () => {
  const silent = changed(plant(small), (event) => (event.k === 'op' ? null : event));
  expect(judgeRpo(recorded(silent), rpo)).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_operations', measured: null });
  expect(judged({ dies: null })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.fault_unconfirmed' });
});

test('acknowledged by a deposed primary and lost is a zombie, and fails whatever was promised', () => {
  expect(judged({ zombie_s: 0.2 })).toMatchObject({ outcome: 'fail', reason: 'rpo.lost' });
  const verdict = judged({ zombie_s: 0.2 }, { ...rpo, at_most_writes: 1000 });
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'rpo.zombie' });
  if (verdict.measured?.kind === 'rpo') expect(verdict.measured.zombie).toBe(verdict.measured.lost);
  expect(verdict.because).toMatch(/after the fault had taken effect, for 0\.[45]\d* s$/);
});

test('two primaries acknowledging at once is split brain, though nothing is lost; a late answer to an old question is not', () => {
  const both = changed(plant({ ...small, zombie_s: 0.2 }), (event) => event);
  const { lost } = both.truth;
  const kept = changed(both, (event) => {
    if (event.k === 'read') return { ...event, rows: (event.rows as number) + lost.length };
    return event;
  });
  const values = new Map(
    both.lines.map((line) => JSON.parse(line)).flatMap((e) => (e.k === 'op' ? [[`abcdef.${e.j}.${e.w}.${e.n}`, e.v]] : [])),
  );
  const lines = kept.lines.flatMap((line) => {
    const event = JSON.parse(line) as { k: string; store: string };
    return event.k === 'read'
      ? [JSON.stringify({ k: 'found', store: event.store, rows: lost.map((id) => [id, values.get(id)]) }), line]
      : [line];
  });
  const verdict = judgeRpo(recorded({ ...kept, lines }), rpo);
  expect(verdict).toMatchObject({ outcome: 'fail', reason: 'rpo.split_brain', measured: { lost: 0, zombie: 0 } });
  expect(verdict.because).toMatch(/for 0\.2\d\d s$/);
});

test('holes in what one timeline kept of a writer are told apart from a lost tail', () => {
  expect(judged({ lose: 40 })).toMatchObject({ measured: { lost: 40, misordered: 0 } });
  const holes = judged({ lose: 40, lose_holes: true });
  if (holes.measured?.kind !== 'rpo') throw new Error('nothing was measured');
  expect(holes.measured.misordered).toBeGreaterThan(0);
});

test('planted losses and alterations are found as sets, exactly', { timeout: 60_000 }, () => {
  const planting = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    lose: fc.integer({ min: 0, max: 120 }),
    lose_holes: fc.boolean(),
    alter: fc.integer({ min: 0, max: 20 }),
    phantom: fc.integer({ min: 0, max: 5 }),
    duplicate: fc.integer({ min: 0, max: 5 }),
    resurrect: fc.integer({ min: 0, max: 5 }),
    errors: fc.constantFrom(0, 0.02),
  });
  fc.assert(
    fc.property(planting, (change) => {
      const planted = plant({ ...small, ...change });
      const recording = recorded(planted);
      const store = ledgerOf(recording, rpo.of).stores.find(({ role }) => role === 'authority');
      expect(Array.from(store?.lost ?? [], ({ id }) => id).sort()).toEqual(planted.truth.lost);
      expect(Array.from(store?.altered ?? [], ({ id }) => id).sort()).toEqual(planted.truth.altered);
      expect([...lostIdsOf(recording, rpo)].sort()).toEqual(planted.truth.lost);
      const { measured } = judgeRpo(recording, rpo);
      expect(measured).toMatchObject({ acknowledged: planted.truth.acknowledged, phantom: change.phantom, resurrected: change.resurrect });
    }),
    { numRuns: 60 },
  );
});

test('writes of other journeys are another objective’s', () => {
  const verdict = judged({ lose: 30 }, { ...rpo, of: ['order'] });
  if (verdict.measured?.kind !== 'rpo') throw new Error('nothing was measured');
  expect(verdict.measured.lost_ids.length).toBeGreaterThan(0);
  expect(verdict.measured.lost_ids.every((id) => id.startsWith('abcdef.order.'))).toBe(true);
  expect(verdict.measured.phantom).toBe(0);
});

test('an answer with a wrong body acknowledges nothing, and what was not sent cannot be lost', () => {
  const planted = plant({ ...small, lose: 2 });
  const doubtful = (how: Record<string, unknown>) =>
    changed(planted, (event) =>
      event.k === 'op' && planted.truth.lost.includes(`abcdef.${event.j}.${event.w}.${event.n}`) ? { ...event, ...how } : event,
    );
  expect(judgeRpo(recorded(doubtful({ b: 1 })), rpo)).toMatchObject({
    outcome: 'pass',
    measured: { lost: 0, indeterminate: expect.any(Number) },
  });
  expect(judgeRpo(recorded(doubtful({ o: 'ns', x: -1, c: -1 })), rpo)).toMatchObject({ outcome: 'pass', measured: { lost: 0 } });
  const found = changed(plant(small), (event) =>
    event.k === 'op' && event.w === 'w3' && event.n === 2 ? { ...event, o: 'ns', x: -1, c: -1 } : event,
  );
  expect(judgeRpo(recorded(found), rpo)).toMatchObject({ measured: { phantom: 1 } });
});

test('one lost write is as old as its acknowledgement when the fault took effect', () => {
  const { measured } = judged({ lose: 1 });
  expect(measured?.kind === 'rpo' ? measured.seconds : null).toBeGreaterThan(0);
});
