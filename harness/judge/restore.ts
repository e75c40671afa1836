import type { Objective } from '../model/objective.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { BAD, GOOD, goodnessOf } from '../record/folds/goodness.ts';
import { type Ledger, ledgerOf, type StoreLedger } from '../record/folds/ledger.ts';
import { type Stream, streamsIn } from '../record/folds/streams.ts';
import { nothingHappened, type Window, windowOf } from '../record/folds/window.ts';
import { OUTCOME } from '../record/ops.ts';
import type { Recording } from '../record/recording.ts';
import { concluding, nothingOf } from './nothing.ts';
import { aboutTheFault, reachesBack, readTooEarly } from './rpo.ts';
import { judgeRto } from './rto.ts';
import { bracket, count, counted, seconds } from './say.ts';

type Restore = Extract<Objective, { kind: 'restore' }>;
type RestoreMeasured = Extract<ObjectiveVerdict['measured'], { kind: 'restore' }>;

/** Writes acknowledged before the disaster, and kept ones among them, that are needed before anything may be said of what a place lacks. */
const FLOOR = 100;

/** How people read the promise: "helps: ≤ 40 s, at most 15 s of writes lost, no damage". */
export function restorePromise({ expected, within_s, reaches_back_s, at_least_s }: Restore): string {
  if (expected === 'nothing') return `does not help: nobody is let in within ${within_s} s`;
  if (expected === 'damage') return 'does not help: the damage is there, too';
  const least = at_least_s === null ? '' : `${seconds(at_least_s)} to `;
  return `helps: ≤ ${within_s} s, ${least}${seconds(reaches_back_s)} of writes lost at most, no damage`;
}

/**
 * One cell of the table of causes and ways back: what one strategy brought back into one place (`store`) after a disaster, against what the table expects of it. `helps`: whoever reads there (`seen_by`) is let in within the RTO, the place has no damage (nothing altered, undeleted,
 * never written, and no hole before the disaster), and its state lies at most `reaches_back_s` before the disaster. `damage`: the place answers, and has the damage, too. `nothing`: readers never get in. A cell that
 * comes out better than expected is a failure as well: then the table is wrong. Writes acknowledged after the disaster and not kept are counted (`lost_after`), and are no failure: they are the price of going back.
 */
export function judgeRestore(recording: Recording, objective: Restore): ObjectiveVerdict {
  const { name, expected } = objective;
  const verdict = { name, kind: 'restore', objective: restorePromise(objective) } as const;
  const nothing = nothingOf(verdict);
  const window = windowOf(recording);
  if (window === null)
    return nothing('evidence.fault_unconfirmed', 'no fault was seen to take effect: there is no disaster to come back from');
  if (nothingHappened(recording)) return nothing('evidence.no_fault', 'the plan breaks nothing and nobody else did');
  const ledger = ledgerOf(recording, objective.of);
  const before = acknowledgedBefore(ledger, window);
  if (before < FLOOR) return nothing('evidence.floor', `${counted(before, 'write')} acknowledged before the disaster, ${FLOOR} are needed`);
  const reader = readerOf(recording, objective, window);
  const rto = judgeRto(recording, {
    name,
    kind: 'rto',
    of: [objective.seen_by],
    within_s: objective.within_s,
    recovers: 'unaided',
    disruption: null,
  });
  const store = ledger.stores.find((each) => each.store === objective.store) ?? null;
  const measured = measure(objective, store, window, rto, ledger);
  const evidence = [...(store === null ? [] : [`line ${store.line}`]), ...rto.evidence].slice(0, 6);
  const conclude = concluding(verdict, measured, evidence);
  const done = (...why: Parameters<typeof conclude>) => ({ ...conclude(...why), says: `${name} ${saidOf(measured, expected)}` });
  const at = objective.store;

  if (expected === 'nothing') {
    if (reader.good + reader.bad + reader.unknown < FLOOR / 2)
      return nothing('evidence.no_operations', `too few read as ${objective.seen_by} from ${GRACE_NS / 1e9} s after the disaster on`);
    if (reader.good > 0)
      return done(
        'fail',
        'restore.unexpected',
        `${counted(reader.good, 'reader')} got in by ${objective.seen_by}, and the table says that nobody does`,
      );
    // What nobody knows, the RTO counts both ways: only where neither way anybody is let in for good, it fails.
    if (rto.outcome !== 'fail')
      return done('inconclusive', rto.reason, `of ${counted(reader.unknown, 'read')} by ${objective.seen_by} nobody knows: ${rto.because}`);
    return done('pass', 'held', `none of ${counted(reader.bad, 'read')} by ${objective.seen_by} got in, as the table says`);
  }
  const early = readTooEarly(recording);
  if (early !== null) return done('inconclusive', 'evidence.no_final_read', early);
  if (store === null) return done('inconclusive', 'evidence.no_final_read', `${at} was not read back`);
  if (!store.complete && !TABLE_GONE.test(store.error ?? '')) {
    const why = store.error ?? 'no reason given';
    if (expected === 'helps' && reader.good === 0 && NOBODY_THERE.test(why))
      return done('fail', 'restore.nothing', `nothing came back at ${at}: ${why}`);
    return done('inconclusive', 'evidence.no_final_read', `the final read of ${at} did not come to its end: ${why}`);
  }
  const kept = before - lostOf(store, window);
  const damage = damageAt(store, measured, before, kept);
  if (expected === 'damage')
    return damage === null
      ? done('fail', 'restore.unexpected', `${at} has no damage, and the table says that this strategy carries it on`)
      : done('pass', 'held', `${damage} at ${at}, as the table says`);
  if (damage !== null) return done('fail', 'restore.damaged', `${damage} at ${at}`);
  const [lower, upper] = measured.reaches_back_s ?? [0, 0];
  const reach = `${at} lies ${bracket(lower, upper)} before the disaster`;
  if (lower > objective.reaches_back_s)
    return done('fail', 'restore.too_old', `${reach}, at most ${seconds(objective.reaches_back_s)} promised`);
  if (objective.at_least_s !== null && upper !== null && upper < objective.at_least_s)
    return done('fail', 'restore.unexpected', `${reach}, and the table says at least ${seconds(objective.at_least_s)}`);
  if (rto.outcome !== 'pass') return done(rto.outcome, rto.reason, rto.because);
  if (kept < FLOOR)
    return done('inconclusive', 'evidence.floor', `${counted(kept, 'write')} of before the disaster at ${at}, ${FLOOR} are needed`);
  if (upper === null || upper > objective.reaches_back_s)
    return done(
      'inconclusive',
      'restore.undecided',
      `${reach}, ${seconds(objective.reaches_back_s)} promised: the bounds lie on both sides`,
    );
  if (objective.at_least_s !== null && lower < objective.at_least_s)
    return done(
      'inconclusive',
      'restore.undecided',
      `${reach}, at least ${seconds(objective.at_least_s)} expected: the bounds lie on both sides`,
    );
  return done(
    'pass',
    'held',
    `${rto.because}; ${reach}, ${count(measured.lost_before)} of ${counted(before, 'write')} of before lost, ${count(measured.lost_after)} of after`,
  );
}

/** Errors of a final read, as the driver words them. */
const TABLE_GONE = /relation .* does not exist/;
const NOBODY_THERE = /ECONNREFUSED/;

function acknowledgedBefore({ streams }: Ledger, { effect: [effect] }: Window): number {
  let found = 0;
  for (const { ops } of streams) for (let i = 0; i < ops.length; i++) if (ops.o[i] === OUTCOME.ok && ops.done(i) < effect) found += 1;
  return found;
}

/** Of those, what a place lacks. */
function lostOf({ lost }: StoreLedger, { effect: [effect] }: Window): number {
  let found = 0;
  for (const { done } of lost) if (done < effect) found += 1;
  return found;
}

/** How whoever reads at the place fared from a grace after the effect on, to the heal: how many reads were good, bad, unknown. */
function readerOf(recording: Recording, { seen_by }: Restore, { effect, until, healing }: Window) {
  const streams = streamsIn(recording, [seen_by]).filter(({ load }) => load === 'open');
  const fared = { good: 0, bad: 0, unknown: 0 };
  for (const stream of streams) {
    const goodness = goodnessOf(recording, stream);
    for (let i = 0; i < stream.ops.length; i++) {
      // What was sent before the disaster was answered by what was there before.
      if ((stream.ops.s[i] ?? 0) < effect[1] + GRACE_NS || (stream.ops.s[i] ?? 0) + stream.deadline > Math.min(until, healing)) continue;
      fared[goodness[i] === GOOD ? 'good' : goodness[i] === BAD ? 'bad' : 'unknown'] += 1;
    }
  }
  return fared;
}

/** Until the damage shows to readers, and the damaged place is closed, some still read what is right there. */
const GRACE_NS = 5e9;

function measure(
  { store: at, expected }: Restore,
  store: StoreLedger | null,
  window: Window,
  rto: ObjectiveVerdict,
  ledger: Ledger,
): RestoreMeasured {
  const times = rto.measured?.kind === 'rto' ? rto.measured : null;
  return {
    kind: 'restore',
    store: at,
    expected,
    rto_s: times === null ? null : [times.lower_s, times.upper_s],
    found: store?.found ?? 0,
    ...aboutTheFault(store?.lost ?? [], window),
    damage_left: store === null ? 0 : store.altered.length + store.undeleted.length + store.phantom + holes(store, ledger, window),
    reaches_back_s: store?.complete === true ? reachesBack(store, window) : null,
    unread: store === null ? 'it was not read' : store.complete ? null : (store.error ?? 'no reason given'),
  };
}

/** Lost writes after which a later one was kept, both of before the disaster: going back to a moment loses only what is newest. */
function holes({ lost }: StoreLedger, { streams }: Ledger, { effect: [effect] }: Window): number {
  const gone = new Map<Stream, Set<number>>();
  for (const { stream, i } of lost) gone.set(stream, (gone.get(stream) ?? new Set()).add(i));
  let newest_kept = Number.NEGATIVE_INFINITY;
  for (const stream of streams)
    for (let i = 0; i < stream.ops.length; i++)
      if (stream.ops.o[i] === OUTCOME.ok && stream.ops.done(i) < effect && gone.get(stream)?.has(i) !== true)
        newest_kept = Math.max(newest_kept, stream.ops.sent(i));
  let found = 0;
  for (const { done } of lost) if (done < newest_kept) found += 1;
  return found;
}

/** What of the damage a place has, in words; null when it has none. A place where nothing of before the disaster is left has all of it. */
function damageAt(store: StoreLedger, { damage_left, unread }: RestoreMeasured, before: number, kept: number): string | null {
  if (unread !== null) return `the table is gone (${unread})`;
  if (damage_left > 0) {
    const { altered, undeleted, phantom } = store;
    const gone = damage_left - altered.length - undeleted.length - phantom;
    const parts = [
      [altered.length, 'altered'],
      [undeleted.length, 'undeleted'],
      [phantom, 'never written'],
      [gone, 'gone from between others'],
    ] as const;
    return `${counted(damage_left, 'write')} damaged (${parts.flatMap(([n, how]) => (n > 0 ? [`${count(n)} ${how}`] : [])).join(', ')})`;
  }
  return kept === 0 ? `none of ${counted(before, 'write')} of before the disaster is left` : null;
}

/** What a cell says in the headline. */
function saidOf({ rto_s, reaches_back_s, damage_left, unread }: RestoreMeasured, expected: Restore['expected']): string {
  if (expected === 'nothing') return 'does not help';
  if (expected === 'damage') return `does not help (${damage_left > 0 ? `${count(damage_left)} damaged` : 'nothing of before is left'})`;
  const time = rto_s === null ? 'RTO unknown' : `RTO ${bracket(...rto_s)}`;
  if (unread !== null) return `${time}, nothing read back`;
  const [lower, upper] = reaches_back_s ?? [0, 0];
  return `${time}, RPO ${bracket(lower, upper)}${damage_left > 0 ? `, ${count(damage_left)} damaged` : ''}`;
}
