import { describe, expect, test } from 'vitest';
import { plant, recorded } from '../../../fixtures/recordings/plant.ts';
import { ALERT_WATCH } from '../../model/system.ts';
import { milestonesOf } from './milestones.ts';
import { windowOf } from './window.ts';

const planted = plant({ baseline_s: 3, window_s: 3, outages: [{ kind: 'refuse', from_s: 0, to_s: 0.6 }] });
const at = (s: number) => Math.round(planted.truth.effect + s * 1e9);
const cluster = (s: number, leader: string | null, other: string) => ({
  k: 'cluster',
  at: at(s),
  asked: 'pg-2',
  leader,
  timeline: 2,
  members: ['pg-1', 'pg-2'].map((name) => ({
    name,
    role: name === leader ? 'leader' : 'sync_standby',
    state: name === leader ? 'running' : other,
    timeline: 2,
    lag: null,
  })),
});

function milestones(more: readonly object[] = []) {
  const end = planted.lines.length - 1;
  const without = planted.lines.filter((line, i) => i < end && !(line.includes('"k":"cluster"') && line.includes('"leader":"pg-2"')));
  const system = { ...planted.plan.system, alert: { at: 'api', quiet: { tcp: true as const } } };
  const recording = recorded({
    ...planted,
    plan: { ...planted.plan, system },
    lines: [...without, ...more.map((each) => JSON.stringify(each)), planted.lines[end] ?? ''],
  });
  const window = windowOf(recording);
  if (window === null) throw new Error('the fault was not seen');
  return milestonesOf(recording, window);
}
const named = (name: string, more?: readonly object[]) => milestones(more).filter((each) => each.name === name);

test('the first answer of somebody else, and the longest wait of each client, contain the outage', () => {
  for (const name of ['rerouted', 'longest gap'])
    for (const { of, lower, upper } of named(name)) {
      expect(lower / 1e9, of).toBeLessThanOrEqual(0.64);
      expect((upper ?? 0) / 1e9, of).toBeGreaterThanOrEqual(0.6);
    }
  expect(named('rerouted')).toHaveLength(2);
  expect(named('longest gap').map(({ of }) => of)).toEqual(['order/f', 'order/p']);
});

test('detected: when the cluster no longer named the old leader; redundant: when all streamed to the end', () => {
  const told = [
    cluster(0.1, 'pg-1', 'streaming'),
    cluster(0.35, null, 'stopped'),
    cluster(0.6, 'pg-2', 'stopped'),
    cluster(2.2, 'pg-2', 'streaming'),
  ];
  expect(named('detected', told)).toMatchObject([{ of: 'cluster' }]);
  expect((named('detected', told)[0]?.lower ?? 0) / 1e9).toBeCloseTo(0.1, 1);
  expect((named('detected', told)[0]?.upper ?? 0) / 1e9).toBeCloseTo(0.35, 1);
  expect((named('redundant again', told)[0]?.lower ?? 0) / 1e9).toBeCloseTo(0.6, 1);
  expect((named('redundant again', told)[0]?.upper ?? 0) / 1e9).toBeCloseTo(2.2, 1);
  expect(named('redundant again', told.slice(0, 3))).toMatchObject([{ upper: null }]);
  expect(named('detected')).toEqual([]);
});

test('full throughput comes back soon after the outage', () => {
  const [full] = named('full throughput');
  expect((full?.lower ?? 9e9) / 1e9).toBeLessThanOrEqual(0.65);
  expect((full?.upper ?? 0) / 1e9).toBeGreaterThanOrEqual(0.6);
  expect((full?.upper ?? 9e9) / 1e9).toBeLessThan(2.2);
});

describe('alerted: between the last look without an alert and the first with one', () => {
  const look = (s: number, to: 'alive' | 'dead', more: object = {}) => ({
    k: 'watch',
    at: at(s),
    service: ALERT_WATCH,
    from: to === 'alive' ? 'dead' : 'alive',
    to,
    lo: at(s - 0.05),
    hi: at(s),
    how: 'HTTP 200',
    ...more,
  });
  const watched = look(-1, 'alive');
  const end = { k: 'watch_end', at: at(3.5), service: ALERT_WATCH, samples: 90, gap_max: 6e7, state: 'alive', last_well: at(2.5) };

  test('raised after the fault, once or again', () => {
    for (const more of [[], [look(1.2, 'alive'), look(1.4, 'dead')]]) {
      const [alerted, ...others] = named('alerted', [watched, look(0.7, 'dead'), ...more, end]);
      expect(others).toEqual([]);
      expect(alerted).toMatchObject({ of: 'api' });
      expect((alerted?.lower ?? 9e9) / 1e9).toBeLessThanOrEqual(0.7);
      expect((alerted?.lower ?? 0) / 1e9).toBeGreaterThan(0.6);
      expect((alerted?.upper ?? 0) / 1e9).toBeGreaterThanOrEqual(0.7);
      expect((alerted?.upper ?? 9e9) / 1e9).toBeLessThan(0.75);
    }
  });

  test('never raised, or after we looked: more than the last look that was quiet, and no number', () => {
    expect(named('alerted', [watched, end])).toMatchObject([{ upper: null, lower: expect.closeTo(2.5e9, -8) }]);
    expect(named('alerted', [watched, look(3.4, 'dead')])).toMatchObject([{ upper: null, lower: expect.closeTo(3e9, -8) }]);
    expect(named('alerted', [watched])).toMatchObject([{ upper: null, lower: 0 }]);
  });

  test('nobody looked, it was raised already, or it was there before and gone: nothing is told', () => {
    expect(named('alerted')).toEqual([]);
    expect(named('alerted', [watched, look(-0.5, 'dead')])).toEqual([]);
    expect(named('alerted', [look(0.5, 'alive', { from: 'unknown', lo: at(0.5) })])).toEqual([]);
    expect(named('alerted', [watched, look(-0.6, 'dead'), look(-0.3, 'alive'), end])).toMatchObject([{ upper: null }]);
  });

  test('a silence that does not last is no alert', () => {
    const silent = look(0.4, 'dead', { silent: true });
    expect(named('alerted', [watched, silent, look(0.8, 'alive'), end])).toMatchObject([{ upper: null }]);
    expect(named('alerted', [watched, silent, look(2, 'alive'), end])).not.toMatchObject([{ upper: null }]);
  });
});
