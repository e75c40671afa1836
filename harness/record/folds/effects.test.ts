import { expect, test } from 'vitest';
import { type Planted, plant, recorded } from '../../../fixtures/recordings/plant.ts';
import { judgeEffect } from '../../judge/effect.ts';
import type { PlannedFault } from '../../model/plan.ts';
import { effectsOf } from './effects.ts';

type Event = Record<string, unknown> & { k: string; at: number };
const kill = plant({ writers: 0, baseline_s: 1 });
const command = kill.lines.map((line) => JSON.parse(line) as Event).find((e) => e.k === 'fault' && e.state === 'command')?.at ?? 0;

/** The planted kill with its events changed, more of them, and another plan. */
function effect(change: (event: Event) => Event | null, more: readonly Event[] = [], fault: Partial<PlannedFault> = {}, plan = kill.plan) {
  const events = [...kill.lines.flatMap((line) => change(JSON.parse(line) as Event) ?? []), ...more];
  const lines = events.map((event) => JSON.stringify(event));
  const faults = kill.plan.faults.map((each) => ({ ...each, ...fault }));
  const recording = recorded({ ...kill, plan: { ...plan, faults }, lines } satisfies Planted);
  const [only] = effectsOf(recording);
  return { ...only, verdict: judgeEffect(recording) };
}
const same = (event: Event) => event;
const death = (service: string, lo_ms: number, hi_ms: number): Event => ({
  k: 'watch',
  at: command + hi_ms * 1e6,
  service,
  from: 'alive',
  to: 'dead',
  lo: command + lo_ms * 1e6,
  hi: command + hi_ms * 1e6,
  how: 'refused',
});
const withoutDeath = (event: Event) => (event.k === 'watch' && event.to === 'dead' ? null : event);
const retarget = (targets: string[]) => (event: Event) => (event.k === 'fault' ? { ...event, targets } : withoutDeath(event));

test('a death that the observer saw, with its bracket and its healing', () => {
  const seen = effect(same);
  expect(seen.verdict).toMatchObject({ outcome: 'pass', reason: 'held' });
  expect(seen.took_effect?.[0]).toBeLessThanOrEqual(kill.truth.effect);
  expect(seen.took_effect?.[1]).toBeGreaterThanOrEqual(kill.truth.effect);
  expect(seen.healed?.[0]).toBeGreaterThan(seen.healing ?? Number.POSITIVE_INFINITY);
  expect(seen.proof).toMatch(/^pg-1: alive at 1\.\d{3} s, dead at 1\.\d{3} s \(refused\)$/);
});

test('the effect is never before the command, however old the last look', () => {
  expect(effect(withoutDeath, [death('pg-1', -300, 4)]).took_effect).toEqual([command, command + 4e6]);
});

test('what died before the command, too late, or not at all was not hit by it', () => {
  expect(effect(withoutDeath, [death('pg-1', -30, -20)]).verdict).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/dead already/),
  });
  expect(effect(withoutDeath, [death('pg-1', 6000, 6010)]).verdict).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/6\.010 s after .* later than 5 s/),
  });
  expect(effect(withoutDeath).verdict).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/pg-1 was never seen dead/),
  });
  expect(effect((event) => (event.k === 'watch' && event.service === 'pg-1' ? null : event)).verdict.because).toMatch(
    /pg-1 was not watched/,
  );
  expect(effect((event) => (event.k === 'fault' ? null : event)).verdict.because).toMatch(/never injected/);
});

test('somebody else died, or somebody else was aimed at', () => {
  expect(effect(withoutDeath, [death('api', 1, 9)]).verdict).toMatchObject({
    reason: 'evidence.wrong_target',
    because: expect.stringMatching(/but api died/),
  });
  expect(effect(withoutDeath, [death('api', 2500, 2600)]).verdict).toMatchObject({ reason: 'evidence.fault_unconfirmed' });
  expect(effect(retarget(['pg-2']), [death('pg-2', 1, 9)]).verdict).toMatchObject({
    reason: 'evidence.wrong_target',
    because: expect.stringMatching(/the primary was pg-1, pg-2 was hit/),
  });
  expect(effect(retarget(['pg-2']), [death('pg-2', 1, 9)], { target: 'api' }).verdict).toMatchObject({ reason: 'evidence.wrong_target' });
  expect(effect(retarget(['pg-2']), [death('pg-2', 1, 9)], { target: { role: 'replica' } }).verdict).toMatchObject({ outcome: 'pass' });
  expect(effect(same, [], { target: { role: 'replica' } }).verdict).toMatchObject({ reason: 'evidence.wrong_target' });
  expect(effect(same, [], { target: { label: { zone: '1' } } }).verdict).toMatchObject({ reason: 'evidence.wrong_target' });
});

test('an alert that is raised is nobody who died', () => {
  expect(effect(withoutDeath, [death('alert: raised', 1, 9)]).verdict).toMatchObject({ reason: 'evidence.fault_unconfirmed' });
  expect(effect(same, [death('alert: raised', 1, 9)]).verdict).toMatchObject({ outcome: 'pass' });
});

test('of several targets all must die; the bracket spans them', () => {
  const both = { target: { label: {} } } as const;
  const aim = retarget(['api', 'pg-1', 'pg-2']);
  expect(effect(aim, [death('pg-1', 1, 9), death('pg-2', 4, 20), death('api', 2, 8)], both).took_effect).toEqual([
    command + 1e6,
    command + 20e6,
  ]);
  expect(effect(aim, [death('pg-1', 1, 9), death('api', 2, 8)], both).took_effect).toBeNull();
});

test('a hold is seen in the leader’s samples, after the command only', () => {
  const lag = (ms: number, flushed: number, standby: number): Event => ({
    k: 'lag',
    at: command + ms * 1e6,
    leader: 'pg-1',
    flushed,
    standbys: { 'pg-2': standby },
  });
  const hold = { fault: 'hold', target: 'relay' } as const;
  const aim = retarget(['relay']);
  const held = [150, 250, 350, 450, 550, 650].map((ms) => lag(ms, 50 + ms, 110));
  expect(effect(aim, [lag(-50, 90, 90), lag(50, 100, 100), ...held], hold)).toMatchObject({
    took_effect: [command + 50e6, command + 250e6],
  });
  expect(effect(aim, [lag(-250, 90, 80), lag(-150, 100, 80), lag(50, 200, 200)], hold).verdict).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/never seen to stand still/),
  });
});

test('a silence for a moment that nothing healed is no effect; a connection that was refused is', () => {
  const back: Event = { ...death('pg-1', 40, 400), from: 'dead', to: 'alive', how: 'answered' };
  const silence = { ...death('pg-1', -3, 4), how: 'no answer for 120 ms', silent: true };
  expect(effect(withoutDeath, [death('pg-1', -3, 4), back]).took_effect).toEqual([command, command + 4e6]);
  const blip = effect(withoutDeath, [silence, back]);
  expect(blip.took_effect).toBeNull();
  expect(blip.verdict).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.fault_unconfirmed' });
  expect(blip.missing).toBe('pg-1 was silent for a moment only');
  // It was no blip: another life began, as the engine says; the same life is no death.
  const lives = (after: string | null): readonly Event[] =>
    (['before', 'after'] as const).map((when) => ({
      k: 'condition',
      at: command + (when === 'before' ? -1 : 1e9),
      fault: 'kill-primary',
      when,
      services: { 'pg-1': { state: 'running', exit: null, oom: false, life: when === 'before' ? 'first' : after } },
    }));
  expect(effect(withoutDeath, [silence, back, ...lives('second')]).took_effect).toEqual([command, command + 4e6]);
  for (const after of ['first', null]) expect(effect(withoutDeath, [silence, back, ...lives(after)]).took_effect).toBeNull();
  // It was no blip: it refused before it came back.
  expect(effect(withoutDeath, [silence, { ...death('pg-1', -3, 90), from: 'dead' }, back]).took_effect).toEqual([command, command + 90e6]);
  // The real death after it counts.
  expect(effect(withoutDeath, [silence, back, death('pg-1', 600, 700)]).took_effect).toEqual([command + 600e6, command + 700e6]);
});

test('who was silent just before the command, and well again by itself, was not dead already', () => {
  const silent = { ...death('pg-1', -90, -40), how: 'no answer for 101 ms', silent: true };
  const back = (hi_ms: number): Event => ({ ...death('pg-1', 0, hi_ms), from: 'dead', to: 'alive', how: 'answered' });
  const real = death('pg-1', 200, 260);
  expect(effect(withoutDeath, [silent, back(90), real]).took_effect).toEqual([command + 200e6, command + 260e6]);
  expect(effect(withoutDeath, [silent, back(90)])).toMatchObject({ took_effect: null, missing: 'pg-1 was never seen dead' });
  const dead = 'pg-1 was dead already when it was commanded';
  // For long; for ever; until it was healed; or it had refused, which is no silence.
  expect(effect(withoutDeath, [silent, back(1600), death('pg-1', 1700, 1800)]).missing).toBe(dead);
  expect(effect(withoutDeath, [silent]).missing).toBe(dead);
  expect(effect(withoutDeath, [{ ...silent, silent: undefined } as unknown as Event, back(90), real]).missing).toBe(dead);
});

test('a bystander that was silent for a moment was not hit; one that was refused, stays silent, or began another life was', () => {
  const silence = { ...death('pg-2', 5, 40), how: 'no answer for 120 ms', silent: true };
  const back = (ms: number): Event => ({ ...death('pg-2', ms - 10, ms), from: 'dead', to: 'alive', how: 'answered' });
  const lives = (['before', 'after'] as const).map(
    (when): Event => ({
      k: 'condition',
      at: command + (when === 'before' ? -1 : 1e9),
      fault: 'kill-primary',
      when,
      services: { 'pg-2': { state: 'running', exit: null, oom: false, life: when } },
    }),
  );
  const hit = (events: readonly Event[]) => effect(withoutDeath, events).wrong_target;
  expect(hit([silence, back(400)])).toBe(false);
  expect(hit([silence, back(1100)])).toBe(true);
  // The heal ended it: `kill` is healed two seconds after its command.
  expect(hit([{ ...silence, hi: command + 1990e6, lo: command + 1950e6, at: command + 1990e6 }, back(2400)])).toBe(true);
  expect(hit([silence])).toBe(true);
  expect(hit([{ ...silence, silent: undefined } as unknown as Event, back(400)])).toBe(true);
  expect(hit([silence, back(400), ...lives])).toBe(true);
});

test('healed before it was seen to bite: it was not seen', () => {
  expect(effect(withoutDeath, [death('pg-1', 2500, 2600)]).verdict.because).toMatch(/healed before it was seen/);
});

test('healed is when every target is back, not one of them', () => {
  expect(effect(retarget(['pg-1', 'pg-2']), [death('pg-1', 1, 4), death('pg-2', 1, 4)]).healed).toBeNull();
});

test('what may end by itself is healed when it ended, though that was before the heal command', () => {
  const sight: Event = {
    k: 'sight',
    at: command - 1,
    fault: 'primary-dies',
    name: 'through',
    on: 'target',
    from: 'observer',
    means: 'well',
  };
  const named = { ...sight, fault: kill.plan.faults[0]?.name ?? '' };
  const end: Event = { ...death('through', 250, 260), from: 'dead', to: 'alive', how: 'answered' };
  const events = [named, death('through', 1, 9), end];
  const alone = effect(withoutDeath, events, { fault: 'http-fail-first' });
  expect(alone.verdict).toMatchObject({ outcome: 'pass' });
  expect(alone.healed).toEqual([command + 250e6, command + 260e6]);
  // Another kind that is well before its heal was not healed by that.
  expect(effect(withoutDeath, events, { fault: 'http-status' }).healed).toBeNull();
});

const condition = (when: 'before' | 'after', api: object, more: object = {}): Event => ({
  k: 'condition',
  at: command + (when === 'before' ? -5e6 : 900e6),
  fault: 'kill',
  when,
  services: { api: { state: 'running', exit: null, oom: false, ...api }, ...more },
});
const faultName = kill.plan.faults[0]?.name ?? '';
const named = (event: Event): Event => ({ ...event, fault: faultName });

test('what else was frozen or killed is at the wrong place, though the target died, too', () => {
  const [ran, dead, frozen] = [{}, { state: 'stopped', exit: 137 }, { state: 'paused' }];
  const attested = (before: object, after: object, change = same) =>
    effect(change, [named(condition('before', before)), named(condition('after', after))]).verdict;
  expect(attested(ran, ran)).toMatchObject({ outcome: 'pass' });
  expect(attested(ran, dead)).toMatchObject({
    outcome: 'inconclusive',
    reason: 'evidence.wrong_target',
    because: expect.stringMatching(/hit something else, too: api is dead by SIGKILL/),
  });
  expect(attested(ran, frozen)).toMatchObject({ reason: 'evidence.wrong_target', because: expect.stringMatching(/api is frozen/) });
  // It ended by itself, or was so before.
  expect(attested(ran, { state: 'stopped', exit: 1 })).toMatchObject({ outcome: 'pass' });
  expect(attested(dead, dead)).toMatchObject({ outcome: 'pass' });
  expect(attested(frozen, frozen)).toMatchObject({ outcome: 'pass' });
  // Another fault meant it.
  const other = (e: Event) =>
    e.k === 'fault' && e.state === 'commanded' ? { ...e, fault: 'other', state: 'command', targets: ['api'] } : e;
  const both = [named(condition('before', ran)), named(condition('after', dead))];
  expect(effect(other, both)).toMatchObject({ wrong_target: false, missing: null });
});

test('out of memory is what the kernel says it was, not any death', () => {
  const starved = { fault: 'out-of-memory' } as const;
  const said = (oom: boolean) => named(condition('after', {}, { 'pg-1': { state: 'stopped', exit: 137, oom } }));
  expect(effect(same, [said(true)], starved).verdict).toMatchObject({ outcome: 'pass' });
  for (const more of [[said(false)], []])
    expect(effect(same, more, starved).verdict).toMatchObject({
      reason: 'evidence.fault_unconfirmed',
      because: expect.stringMatching(/nobody says that the kernel's out-of-memory killer struck/),
    });
});

test('who comes back by itself was well from then on; who dies again and is healed, from the heal on', () => {
  const seen = effect(same);
  const healing = seen.healing ?? 0;
  const event = (to: 'dead' | 'alive', at: number): Event => ({
    ...death('pg-1', 0, 0),
    from: to === 'dead' ? 'alive' : 'dead',
    to,
    at,
    lo: at - 2e6,
    hi: at,
  });
  const onlyDeath = (e: Event) => (e.k === 'watch' && e.service === 'pg-1' && e.to === 'alive' && e.at > command ? null : e);
  const back = event('alive', command + 800e6);
  expect(effect(onlyDeath, [back]).healed).toEqual([command + 798e6, command + 800e6]);
  const again = [back, event('dead', command + 900e6)];
  expect(effect(onlyDeath, again).healed).toBeNull();
  expect(effect(onlyDeath, [...again, event('alive', healing + 50e6)]).healed).toEqual([healing + 48e6, healing + 50e6]);
});

test('a fault that was gone before its heal was not there while we looked; one that is well for a moment is', () => {
  const sight = 'pg-1 → etcd';
  const looked = (from: string, to: string, lo_ms: number, hi_ms: number): Event => ({ ...death(sight, lo_ms, hi_ms), from, to });
  const begun = [
    looked('unknown', 'alive', -20, -10),
    { k: 'sight', at: command - 1, fault: 'kill-primary', name: sight, on: 'target', from: 'pg-1', means: 'a connection is made' },
    looked('alive', 'dead', 4, 9),
  ];
  const seen = (fault: 'partition' | 'loss', ...more: readonly Event[]) =>
    effect(withoutDeath, [...begun, ...more], { fault, with: {} }).verdict;
  expect(seen('partition')).toMatchObject({ outcome: 'pass' });
  expect(seen('partition', looked('dead', 'alive', 300, 310), looked('alive', 'dead', 900, 910))).toMatchObject({ outcome: 'pass' });
  // The heal comes 2.2 s after the effect.
  expect(seen('partition', looked('dead', 'alive', 100, 110))).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/kill-primary ended by itself before it was healed: pg-1 → etcd was well again at/),
  });
  expect(seen('loss', looked('dead', 'alive', 100, 110))).toMatchObject({ outcome: 'pass' });
});

test('a fault that spoiled no request of anybody’s was met by nobody', () => {
  const told = (...spoiled: readonly number[]) =>
    effect(
      same,
      spoiled.map((each, i) => ({ k: 'note', at: 1e12 + i, text: 'spoiled', data: { fault: 'kill-primary', spoiled: each } })),
    ).verdict;
  expect(told(0, 4)).toMatchObject({ outcome: 'pass' });
  expect(told(0)).toMatchObject({ reason: 'evidence.fault_unconfirmed', because: expect.stringMatching(/no request of anybody's met it/) });
});

test('a place was cut off if its counters met no packet on the other side, and somebody counted', () => {
  const told = (...crossed: readonly number[]) =>
    effect(
      same,
      [
        { k: 'sight', at: command - 1, fault: 'kill-primary', name: 'pg-1', on: 'target', from: 'observer', means: 'well' } as Event,
        ...crossed.map((each, i) => ({ k: 'note', at: 1e12 + i, text: 'crossed', data: { fault: 'kill-primary', crossed: each } })),
      ],
      { fault: 'isolate', with: {} },
    ).verdict;
  expect(told(0)).toMatchObject({ outcome: 'pass' });
  expect(told(0, 3)).toMatchObject({
    reason: 'evidence.fault_unconfirmed',
    because: expect.stringMatching(/kill-primary did not cut all: 3 packets reached the other side/),
  });
  expect(told()).toMatchObject({ reason: 'evidence.fault_unconfirmed', because: expect.stringMatching(/nobody counted what crosses/) });
});

test('where the primary waits for nobody one standby is as good as another; where it must wait, none is', () => {
  const standby = { target: { role: 'sync_standby' } } as const;
  const led = (synchronous: boolean, roles: readonly [string, string], hit: readonly string[]) => {
    const member = (name: string, role: string) => ({ name, role, state: 'streaming', timeline: 1, lag: 0 });
    const change = (event: Event): Event | null =>
      event.k === 'cluster'
        ? { ...event, members: [member('pg-1', 'leader'), member('pg-2', roles[0]), member('pg-3', roles[1])] }
        : retarget([...hit])(event);
    const plan = {
      ...kill.plan,
      system: { ...kill.plan.system, cluster: { ...kill.plan.system.cluster, synchronous } },
    } as typeof kill.plan;
    return effect(
      change,
      hit.map((name) => death(name, 1, 9)),
      standby,
      plan,
    ).verdict;
  };
  expect(led(false, ['replica', 'replica'], ['pg-3'])).toMatchObject({ outcome: 'pass' });
  expect(led(true, ['replica', 'sync_standby'], ['pg-3'])).toMatchObject({ outcome: 'pass' });
  const wrong = { reason: 'evidence.wrong_target' };
  expect(led(true, ['replica', 'replica'], ['pg-3'])).toMatchObject(wrong);
  expect(led(false, ['sync_standby', 'replica'], ['pg-3'])).toMatchObject(wrong);
  expect(led(false, ['replica', 'replica'], ['pg-1'])).toMatchObject(wrong);
  expect(led(false, ['replica', 'replica'], ['pg-2', 'pg-3'])).toMatchObject(wrong);
});
