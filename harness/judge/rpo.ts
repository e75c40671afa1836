import type { Objective } from '../model/objective.ts';
import type { ObjectiveVerdict } from '../model/verdict.ts';
import { type Exposure, exposureOf } from '../record/folds/exposure.ts';
import { type Ledger, ledgerOf, type StoreLedger, type Write, type WriteSet } from '../record/folds/ledger.ts';
import { phaseBegan } from '../record/folds/phases.ts';
import { splitBrain, zombies } from '../record/folds/primaries.ts';
import type { Stream } from '../record/folds/streams.ts';
import { nothingHappened, type Window, windowOf } from '../record/folds/window.ts';
import { OUTCOME } from '../record/ops.ts';
import type { Recording } from '../record/recording.ts';
import { concluding } from './nothing.ts';
import { at, count, counted } from './say.ts';

type Rpo = Extract<Objective, { kind: 'rpo' }>;
type RpoMeasured = Extract<ObjectiveVerdict['measured'], { kind: 'rpo' }>;

/** What an RPO needs to have seen before it may pass. */
export const RPO_FLOORS = { acknowledged: 100, writers: 8, in_flight: 8 } as const;
const IDS_IN_VERDICT = 1000;
/** A writer sends its next one so soon after its last answer, or it has stopped. */
const PAUSE_NS = 250e6;
const NONE: WriteSet = { length: 0, first: () => [], [Symbol.iterator]: () => [][Symbol.iterator]() };

/**
 * Whether every acknowledged write is still there, on the authoritative store and on every member that could be promoted; the worst counts. Passes only with a complete final read
 * of every store and enough at stake when the fault took effect; more lost than promised fails however little was at stake. Lost acknowledgements of a deposed
 * primary, and two primaries acknowledging at once, always fail.
 */
export function judgeRpo(recording: Recording, objective: Rpo): ObjectiveVerdict {
  const ledger = ledgerOf(recording, objective.of);
  const window = windowOf(recording);
  const store = worstStore(ledger);
  const lost = store?.lost ?? NONE;
  const late = window === null ? [] : zombies(recording, ledger, lost, window);
  const both = splitBrain(recording, ledger);
  const verdict = { name: objective.name, kind: 'rpo', objective: `at most ${counted(objective.at_most_writes, 'lost write')}` } as const;
  const measured = ledger.length === 0 ? null : measure(ledger, store, late.length, both.writes.length, window);
  const evidence = [
    ...ledger.stores.map((each) => `line ${each.line}`),
    ...[...lost.first(5), ...late.slice(0, 5), ...both.writes.slice(0, 5)].slice(0, 5).map(({ line, id }) => `line ${line}: ${id}`),
  ];
  const done = concluding(verdict, measured, evidence);

  if (ledger.length === 0) return done('inconclusive', 'evidence.no_operations', `no write of ${objective.of.join(', ')} was recorded`);
  const silent = objective.of.find(
    (journey) => !ledger.streams.some((stream) => stream.journey === journey && stream.ops.o.some((code) => code !== OUTCOME.ns)),
  );
  if (silent !== undefined) return done('inconclusive', 'evidence.no_operations', `no write of ${silent} was recorded`);
  if (store === null) return done('inconclusive', 'evidence.no_final_read', unread(recording, ledger) ?? 'no store was read back');
  if (window === null) return done('inconclusive', 'evidence.fault_unconfirmed', 'no fault was seen to take effect');

  const gone = missing(store);
  if (gone > objective.at_most_writes) {
    const parts = [
      ...(lost.length > 0 ? [`${count(lost.length)} lost`] : []),
      ...(store.altered.length > 0 ? [`${count(store.altered.length)} altered`] : []),
      ...(store.undeleted.length > 0 ? [`${count(store.undeleted.length)} there again, though deleted,`] : []),
    ];
    const because = `${parts.join(' and ')} of ${counted(ledger.acknowledged, 'acknowledged write')} on ${store.store}, at most ${objective.at_most_writes} promised${span(lost, window)}`;
    return done('fail', lost.length > 0 ? 'rpo.lost' : store.altered.length > 0 ? 'rpo.altered' : 'rpo.undeleted', because);
  }
  if (late.length > 0)
    return done(
      'fail',
      'rpo.zombie',
      `${counted(late.length, 'lost write')} acknowledged by a deposed primary after the fault had taken effect, for ${at(Math.max(...late.map(({ done: told }) => told)) - window.effect[1])}`,
    );
  if (both.writes.length > 0)
    return done(
      'fail',
      'rpo.split_brain',
      `${counted(both.writes.length, 'write')} acknowledged by an older primary while a newer one did, for ${at(both.length)}`,
    );
  if (nothingHappened(recording))
    return done('inconclusive', 'evidence.no_fault', 'nothing is lost, but the plan breaks nothing and nobody else caused an outage');
  const unseen = unread(recording, ledger);
  if (unseen !== null) return done('inconclusive', 'evidence.no_final_read', unseen);
  const stopped = ledger.streams.find((stream) => stream.load === 'closed' && lastDone(stream) + stream.tau + PAUSE_NS < window.until);
  if (stopped !== undefined)
    return done(
      'inconclusive',
      'evidence.window_cut',
      `${stopped.name} wrote its last at ${at(lastDone(stopped))}, the window ends at ${at(window.until)}`,
    );
  const thin = tooThin(exposureOf(recording, ledger, window));
  if (thin !== null) return done('inconclusive', 'evidence.floor', thin);
  const where = ledger.stores.filter((each) => each.counts).map((each) => each.store);
  return done(
    'pass',
    'held',
    `${count(gone)} of ${counted(ledger.acknowledged, 'acknowledged write')} lost or altered, read back from ${where.join(', ')}`,
  );
}

/** All ids that an objective's worst store lost, for lost.txt. */
export function lostIdsOf(recording: Recording, objective: Rpo): readonly string[] {
  return Array.from(worstStore(ledgerOf(recording, objective.of))?.lost ?? NONE, ({ id }) => id);
}

/** What the exposure shows beside what is needed; null without a window. */
export function rpoFloors(recording: Recording, objective: Rpo): readonly { name: string; needed: number; seen: number; unit: string }[] {
  const window = windowOf(recording);
  if (window === null) return [];
  const seen = exposureOf(recording, ledgerOf(recording, objective.of), window);
  return [
    {
      name: `${objective.name}: acknowledged writes in the exposure window`,
      needed: RPO_FLOORS.acknowledged,
      seen: seen.acknowledged,
      unit: 'writes',
    },
    seen.amplified && seen.in_flight > seen.writers
      ? {
          name: `${objective.name}: writes in flight when the fault took effect`,
          needed: RPO_FLOORS.in_flight,
          seen: seen.in_flight,
          unit: 'writes',
        }
      : { name: `${objective.name}: writers at work`, needed: RPO_FLOORS.writers, seen: seen.writers, unit: 'writers' },
  ];
}

/** The store that counts and lacks most; null when the authority was not read to its end, because then nothing is known to be missing. */
function worstStore({ stores }: Ledger): StoreLedger | null {
  if (!stores.some((store) => store.role === 'authority' && store.complete)) return null;
  return (
    [...stores]
      .filter((store) => store.counts)
      .sort((a, b) => missing(b) - missing(a) || Number(b.role === 'authority') - Number(a.role === 'authority'))[0] ?? null
  );
}

/** How many writes a store does not have as their clients were told. */
function missing({ lost, altered, undeleted }: StoreLedger): number {
  return lost.length + altered.length + undeleted.length;
}

/** Which store was not read, or not to its end; null when all were. */
function unread(recording: Recording, { stores }: Ledger): string | null {
  const { plan } = recording;
  const from = plan.read_back?.from ?? [];
  if (from === 'members' && plan.system.cluster === undefined)
    return 'the final read is of the members of a cluster, and the plan has none';
  const wanted = from === 'members' ? (plan.system.cluster?.members ?? []) : from;
  const never = wanted.filter((name) => !stores.some((store) => store.store === name));
  const cut = stores.find((store) => !store.complete);
  const early = readTooEarly(recording);
  if (early !== null) return early;
  if (cut !== undefined) return `the final read of ${cut.store} did not come to its end: ${cut.error ?? 'no reason given'}`;
  if (never.length > 0 || stores.length === 0) return `the final read of ${never.join(', ') || 'every store'} is missing`;
  return stores.some((store) => store.role === 'authority') ? null : 'no store was read as the authoritative one';
}

/** Why no final read is worth anything: the run never came to it, or clients were still at work; null when they were read in peace. */
export function readTooEarly(recording: Recording): string | null {
  const phases = (['heal', 'settle', 'read'] as const).find((phase) => phaseBegan(recording, phase) === null);
  if (phases !== undefined) return `the final read is worth nothing: the run never came to its phase "${phases}"`;
  const working = recording.events.reduce((last, event) => (event.k === 'stream_end' ? Math.max(last, event.at) : last), 0);
  const early = recording.reads.find(({ read }) => read.at < working);
  return early === undefined
    ? null
    : `the final read of ${early.read.store} ended at ${at(early.read.at)}, while clients were at work until ${at(working)}`;
}

function lastDone({ ops }: Stream): number {
  return ops.length === 0 ? 0 : ops.done(ops.length - 1);
}

function tooThin({ acknowledged, writers, in_flight, amplified }: Exposure): string | null {
  if (acknowledged < RPO_FLOORS.acknowledged)
    return `${counted(acknowledged, 'acknowledged write')} in the exposure window, ${RPO_FLOORS.acknowledged} needed`;
  if (writers >= RPO_FLOORS.writers || (amplified && in_flight >= RPO_FLOORS.in_flight)) return null;
  return `${counted(writers, 'writer')} at work, ${RPO_FLOORS.writers} needed${amplified ? `, and ${in_flight} writes in flight` : ''}`;
}

function measure(ledger: Ledger, store: StoreLedger | null, zombie: number, split_brain: number, window: Window | null): RpoMeasured {
  const { acknowledged, indeterminate, failed, deleted, stores } = ledger;
  const lost = store?.lost ?? NONE;
  return {
    kind: 'rpo',
    acknowledged,
    indeterminate,
    failed,
    found: store?.found ?? 0,
    lost: lost.length,
    ...aboutTheFault(lost, window),
    altered: store?.altered.length ?? 0,
    deleted,
    undeleted: store?.undeleted.length ?? 0,
    damage_left: (store?.altered.length ?? 0) + (store?.undeleted.length ?? 0) + (store?.phantom ?? 0),
    recovered: store?.recovered ?? 0,
    phantom: store?.phantom ?? 0,
    resurrected: store?.resurrected ?? 0,
    duplicated: store?.duplicated ?? 0,
    misordered: store?.misordered ?? 0,
    zombie,
    split_brain,
    seconds: lostSeconds(lost, window),
    reaches_back_s: reachesBack(store, window),
    lost_ids: lost.first(IDS_IN_VERDICT).map(({ id }) => id),
    stores: stores.map((each) => ({
      store: each.store,
      role: each.role,
      found: each.found,
      lost: each.lost.length,
      altered: each.altered.length,
      undeleted: each.undeleted.length,
    })),
  };
}

/** Lost writes that were acknowledged before, and after, the fault had taken effect for sure. */
export function aboutTheFault(lost: Iterable<Write>, window: Window | null): { lost_before: number; lost_after: number } {
  let [lost_before, lost_after] = [0, 0];
  for (const { done } of lost) {
    if (window !== null && done > window.effect[1]) lost_after += 1;
    else lost_before += 1;
  }
  return { lost_before, lost_after };
}

/** How far before the fault the state of a store lies that lacks what came after it (a restored one): at least to the first lost acknowledgement, at most to the last write before it that is kept. */
export function reachesBack(store: StoreLedger | null, window: Window | null): [number, number | null] | null {
  if (store === null || store.reach === null || window === null) return null;
  const { first_lost, last_kept } = store.reach;
  const upper = last_kept === null ? null : Math.max(0, window.effect[1] - last_kept) / 1e9;
  return [Math.max(0, window.effect[0] - first_lost) / 1e9, upper];
}

/** The larger of span (newest minus oldest acknowledgement among the lost) and age (the fault, at the latest, minus the oldest). */
function lostSeconds(lost: WriteSet, window: Window | null): number | null {
  if (lost.length === 0) return null;
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { done } of lost) {
    oldest = Math.min(oldest, done);
    newest = Math.max(newest, done);
  }
  return Math.max(newest - oldest, window === null ? 0 : window.effect[1] - oldest, 0) / 1e9;
}

function span(lost: WriteSet, window: Window): string {
  const seconds = lostSeconds(lost, window);
  return seconds === null ? '' : `; ${seconds.toFixed(2)} s of writes`;
}
