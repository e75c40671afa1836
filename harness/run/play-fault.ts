import { definitionOf } from '../fault/faults.ts';
import { askPerson } from '../fault/hands/person.ts';
import type { Injection } from '../fault/injection.ts';
import type { EventOf } from '../model/event.ts';
import { witnessOf } from '../model/faults/witness.ts';
import type { PlannedFault } from '../model/plan.ts';
import { heldBack } from '../record/folds/held-back.ts';
import { attest, type Lives } from './attest.ts';
import { answered, pause, unlessCut } from './cut-short.ts';
import { eyesBeside } from './eyes.ts';
import { healOne } from './heal-faults.ts';
import { leaderOf } from './settle.ts';
import { closeSights, openSights } from './sights.ts';
import { type ActiveFault, injectWithin_s, inWords, resolve, type Stage, subjectsOf, tellFault } from './stage.ts';
import { instanceOf } from './streams.ts';

const PREPARED_WITHIN_S = 120;
const LASTING_MS = 1000;

/** A fault aimed at services that stand. */
export interface Aimed {
  readonly targets: readonly string[];
  readonly from: readonly string[];
  readonly injection: Injection;
}

/** Resolves a fault's targets as they are now, and makes it ready without disturbing anything. */
export async function aimed(stage: Stage, fault: PlannedFault): Promise<Aimed> {
  const { standUp, plan, signal, link } = stage;
  const targets = resolve(stage, fault.target);
  const from = fault.from === null ? [] : resolve(stage, fault.from);
  const injection = definitionOf(fault.fault).injection({
    fault,
    targets: targets.map((name) => instanceOf(standUp, name)),
    from: from.map((name) => instanceOf(standUp, name)),
    place: {
      id: standUp.id,
      system: plan.system,
      instances: standUp.instances,
      links: standUp.links,
      names: standUp.names ?? null,
      helper: (spec) => standUp.helper(spec),
      leader: () => leaderOf(link),
      note: async (text, data) => {
        stage.display.line(text);
        // Healing goes on when nobody can stamp.
        if (!link.isDead) await answered(link.mark({ k: 'note', text, ...(data === undefined ? {} : { data }) }), 'the stamp of a note');
      },
    },
  });
  if (injection.prepare !== undefined)
    await unlessCut(injection.prepare(), `the preparation of ${fault.name}`, PREPARED_WITHIN_S, signal, link);
  return { targets, from, injection };
}

/** Eyes take most of a second to open: that is no part of a fault's schedule. */
export async function openEyes(stage: Stage, fault: PlannedFault): Promise<void> {
  const candidates = candidatesOf(stage, fault.target);
  const beside = definitionOf(fault.fault).eyes?.(candidates, fault.from === null ? [] : candidatesOf(stage, fault.from)) ?? [];
  await Promise.all(beside.map((service) => eyesBeside(stage, service)));
}

/** Every service that a selector may come to mean. */
function candidatesOf(stage: Stage, selector: PlannedFault['target']): readonly string[] {
  if (typeof selector === 'object' && 'role' in selector) return stage.plan.system.cluster?.members ?? [];
  return resolve(stage, selector);
}

/**
 * Injects a fault, and waits until its effect is seen. In order: its sights are opened and well, its undo is on the disk, it is commanded, it is seen. False when it was not seen within its
 * limit: the timeline says what was seen instead.
 */
export async function inject(stage: Stage, fault: PlannedFault, { targets, from, injection }: Aimed): Promise<boolean> {
  const { link, ledger, plan, signal } = stage;
  const leader = leaderOf(link);
  await tellFault(stage, fault, 'asked', targets, describe(fault, from));

  const sights = injection.sights?.() ?? [];
  const blind = sights.length === 0 ? null : await openSights(stage, fault.name, sights);
  if (blind !== null) {
    // Nothing comes of them: asked on, they would only burden who did not answer.
    await closeSights(stage, sights);
    await tellFault(stage, fault, 'unconfirmed', targets, blind);
    return false;
  }
  const lives = await attest(stage, fault, 'before');
  const strikes = injection.undo.map((action) => ledger.register(`${fault.fault} of ${targets.join(', ')}`, action));
  const active: ActiveFault = {
    fault,
    targets,
    injection,
    strikes,
    sights,
    injecting: null,
    effectHi: null,
    attested: null,
    healing: null,
    healed: false,
  };
  stage.active.push(active);

  // A person acts after the command, never before: what was broken before it was not broken by it.
  if (fault.hands !== undefined) await askPerson(`press Enter, and then ${fault.hands.do}`, fault.hands.within_s, signal);
  const commanded = await tellFault(stage, fault, 'command', targets, 'injecting');
  const seen = whenSeen(stage, active, commanded, lives);
  const newPrimary = fault.heal === 'new primary' ? whenOtherLeads(stage, leader) : null;
  active.injecting = injection.inject();
  await tellFault(
    stage,
    fault,
    'commanded',
    targets,
    await unlessCut(active.injecting, `the injection of ${fault.name}`, injectWithin_s(fault), signal, link),
  );

  active.effectHi = await unlessCut(seen, `the confirmation of ${fault.name}`, fault.confirm_within_s + 30, signal, link);
  if (active.effectHi === null) {
    await tellFault(stage, fault, 'unconfirmed', targets, unseen(stage, active));
    return false;
  }
  await tellFault(stage, fault, 'confirmed', targets, `seen by the observer${said(stage, active)}`);
  active.attested = attest(stage, fault, 'after').then(
    () => undefined,
    (error: unknown) => stage.display.line(`not attested: ${(error as Error).message}`),
  );
  healLater(stage, active, newPrimary, plan.window_s);
  return true;
}

/** What was seen instead of an effect, for people. */
function unseen({ link }: Stage, active: ActiveFault): string {
  const within = `the observer saw no effect within ${active.fault.confirm_within_s} s`;
  if (active.sights.length === 0) return within;
  const instead = active.sights.map(
    ({ name, means }) => `${name} (${means}): ${link.watched(name)?.to ?? 'unknown'}, ${link.watched(name)?.how ?? ''}`,
  );
  return `${within}; instead: ${instead.join('; ')}`;
}

/** By what an effect was seen, for people: ": pg-1: ECONNREFUSED". */
function said({ link }: Stage, active: ActiveFault): string {
  const dead = subjectsOf(active).flatMap((subject) => {
    const seen = link.watched(subject);
    return seen?.to === 'dead' ? [`${subject}: ${seen.how}`] : [];
  });
  return dead.length === 0 ? '' : `: ${dead.join('; ')}`;
}

/** When the observer sees the effect of a fault: the upper end of its bracket in ns, or null after the fault's own limit. */
async function whenSeen(stage: Stage, active: ActiveFault, since: number, lives: Lives): Promise<number | null> {
  const { link, signal } = stage;
  const limit_ms = active.fault.confirm_within_s * 1000 + (active.fault.grace_s ?? 0) * 1000;
  if (witnessOf(active.fault.fault) === 'standstill') {
    const lags: EventOf<'lag'>[] = [];
    const seen = await link.when((event) => event.k === 'lag' && lags.push(event) > 0 && heldBack(lags, since) !== null, limit_ms, signal);
    return seen === null ? null : (heldBack(lags, since)?.[1] ?? null);
  }
  const his = await Promise.all(subjectsOf(active).map((subject) => lastingDeath(stage, subject, limit_ms, lives)));
  return his.length === 0 || his.some((hi) => hi === null) ? null : Math.max(...his.map((hi) => hi ?? 0));
}

/** The first moment (ns) at which a subject is seen dead, null after the limit. A silence counts only once it has lasted, or if another life began after it, as the judges count it: a machine that is busy for a
 * moment is silent, too. */
async function lastingDeath(stage: Stage, subject: string, limit_ms: number, lives: Lives): Promise<number | null> {
  const { link, signal } = stage;
  const until = performance.now() + limit_ms;
  let death: EventOf<'watch'> | null = null;
  while (death !== null || performance.now() < until) {
    const within_ms = death === null ? until - performance.now() : LASTING_MS;
    const next = await link.when((each) => each.k === 'watch' && each.service === subject, within_ms, signal);
    if (next === null) return death?.hi ?? null;
    if (next.k !== 'watch') continue;
    if (next.to === 'dead' && next.silent !== true) return next.hi;
    if (death !== null && next.to === 'alive' && (await livesAnew(stage, subject, lives))) return death.hi;
    death = next.to === 'dead' ? next : null;
  }
  return null;
}

/** Whether what answers again is another life than the one before the fault. */
async function livesAnew({ standUp, display }: Stage, subject: string, lives: Lives): Promise<boolean> {
  const before = lives.get(subject);
  if (before === undefined) return false;
  const now = await standUp.instances
    .get(subject)
    ?.condition?.()
    .catch((error: unknown) => display.line(`nobody says how ${subject} is: ${(error as Error).message}`));
  return typeof now?.life === 'string' && now.life !== before;
}

async function whenOtherLeads(stage: Stage, leader: string | null): Promise<boolean> {
  const limit_ms = (stage.plan.window_s + 30) * 1000;
  return (
    (await stage.link.when(
      (event) => event.k === 'cluster' && event.leader !== null && event.leader !== leader,
      limit_ms,
      stage.signal,
    )) !== null
  );
}

/** Arranges the healing of a fault that does not last to the end. A failure to heal is left to the heal phase, which tries again and reports. */
function healLater(stage: Stage, active: ActiveFault, newPrimary: Promise<boolean> | null, window_s: number): void {
  const { heal } = active.fault;
  if (heal === 'end') return;
  const due =
    heal === 'new primary'
      ? (newPrimary ?? Promise.resolve(false))
      : pause(Math.min(heal.after_s, window_s), `the wait to heal ${active.fault.name}`, stage.signal, stage.link).then(() => true);
  due
    .then((now) => (now ? healOne(stage, active) : undefined))
    .catch((error: unknown) => stage.display.line(`healing ${active.fault.name} early did not work: ${(error as Error).message}`));
}

function describe(fault: PlannedFault, from: readonly string[]): string {
  return `${fault.fault} of ${inWords(fault.target)}${from.length > 0 ? ` from ${from.join(', ')}` : ''}`;
}
