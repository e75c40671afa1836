import { describe, expect, test } from 'vitest';
import { inTurn } from '../../fixtures/scenarios/in-turn.ts';
import { describeNeeding } from '../faces/needs.ts';
import { DEFINITIONS } from '../fault/faults.ts';
import type { PlannedFault } from '../model/plan.ts';
import { type AsFound, difference, needsFresh, otherImages, remembers } from './as-found.ts';

const plan = inTurn('freeze');
const figure = { at: 'one', path: '/stats', number: '/requests' };
const gauge = (limits: { readonly at_most: number | null; readonly at_least: number | null }) => ({
  objectives: [{ name: 'g', kind: 'gauge' as const, of: [] as [], figure, after_s: 0, ...limits }],
});

const was: AsFound = {
  settings: new Map([['one', new Map([['state', 'running']])]]),
  lives: new Map([['one', '{"life":"a"}']]),
  versions: { image: 'sha256:1' },
  objects: new Set(['one', 'network']),
};

describe('what may go on to the next run', () => {
  test.each(['names-stale', 'clock-skew', 'out-of-memory', 'by-hand', 'handover', 'kill'] as const)('not after %s', (fault) => {
    const faults = [...plan.faults, { ...plan.faults[0], fault } as PlannedFault];
    expect(remembers({ ...plan, faults })).toBe(`nobody can say that it has forgotten ${fault}`);
  });

  test('after pause and refuse, unless the system raises alerts', () => {
    expect(remembers(plan)).toBeNull();
    expect(remembers(inTurn('refuse'))).toBeNull();
    const alert = { at: 'one', quiet: { http: '/health', method: 'GET', status: [200] } };
    expect(remembers({ ...plan, system: { ...plan.system, alert } })).toMatch(/alerts/);
  });

  test('of all kinds of faults, at least those of names, clocks, databases and hands leave a memory', () => {
    const lasting = DEFINITIONS.filter(({ family }) => ['names', 'clock', 'database', 'hands'].includes(family));
    expect(lasting.length).toBeGreaterThan(10);
    for (const { kind } of lasting)
      expect(remembers({ ...plan, faults: [{ ...plan.faults[0], fault: kind } as PlannedFault] }), kind).not.toBeNull();
  });

  test('a figure that must be reached may have been reached before', () => {
    expect(needsFresh(plan)).toBe(false);
    expect(needsFresh(gauge({ at_most: 5, at_least: null }))).toBe(false);
    expect(needsFresh(gauge({ at_most: null, at_least: 5 }))).toBe(true);
  });
});

test.each<[string, AsFound, string | null]>([
  ['nothing', was, null],
  ['a life', { ...was, lives: new Map([['one', '{"life":"b"}']]) }, 'one started anew, or ran out of memory'],
  ['something gone', { ...was, objects: new Set(['one']) }, 'network is gone'],
  ['something more', { ...was, objects: new Set(['one', 'network', 'two']) }, 'two was not there before'],
  ['a setting', { ...was, settings: new Map([['one', new Map([['state', 'paused']])]]) }, 'one: state: was running, is paused'],
])('what is seen of %s', (_, is, why) => {
  expect(difference(was, is)).toBe(why);
});

await describeNeeding('docker', 'images', () => {
  test('that were built anew meanwhile are named', async () => {
    const other = (versions: AsFound['versions']) =>
      otherImages(plan.system, { ...was, versions }, () => undefined, new AbortController().signal);
    expect(await other({})).toContain('faultline/node:dev was built anew meanwhile');
  }, 240_000);
});
