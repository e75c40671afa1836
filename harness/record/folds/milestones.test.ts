import { expect, test } from 'vitest';
import { plant, recorded } from '../../../fixtures/recordings/plant.ts';
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
  const recording = recorded({ ...planted, lines: [...without, ...more.map((each) => JSON.stringify(each)), planted.lines[end] ?? ''] });
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
