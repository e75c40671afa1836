import fc from 'fast-check';
import { expect, test } from 'vitest';
import { facts, healthy, NOW, run, twin } from '../../fixtures/gates/sample.ts';
import type { TwinEvidence } from '../model/evidence.ts';
import type { GateStep } from '../model/gate.ts';
import { DEFAULT_POLICY } from '../model/policy.ts';
import { ProjectPolicy } from '../model/project-policy.ts';
import type { Scenario } from '../model/scenario.ts';
import { choose, GATE_S, shardOf } from './choose.ts';
import type { Candidate } from './facts.ts';
import type { VariantFacts } from './standing.ts';

const policy = ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { claims: ['9.1', '9.3', '12.1'] } });
const weak = twin();

function candidate(
  scenario: string,
  claim: string,
  twins: readonly TwinEvidence[],
  more: Partial<VariantFacts> & { expected_s?: number; parts?: readonly string[] } = {},
): Candidate {
  const { expected_s = 60, parts = [`scenarios/${scenario}.ts`], ...rest } = more;
  return {
    scenario: { id: scenario } as Scenario,
    parts,
    expected_s,
    facts: facts({ scenario, claim, ...rest }, twins.length === 0 ? null : twins),
  };
}
const names = (steps: readonly GateStep[]) =>
  steps.map(({ scenario, sabotage }) => (sabotage === null ? scenario : `${scenario} with ${sabotage}`));

test('gate: one variant of each claim that gates, what stands worst first, then what was shown longest ago', () => {
  const { steps, left } = choose(
    'gate',
    [
      candidate('proven-lately', '9.1', [healthy(run('pass', 1)), weak]),
      candidate('proven-long-ago', '9.1', [healthy(run('pass', 9)), weak]),
      candidate('failed', '12.1', [healthy(run('fail', 1)), weak]),
      candidate('never', '9.3', []),
      candidate('other', '9.3', [healthy(run('pass', 1)), weak]),
      candidate('elsewhere', '8.2', []),
      candidate('impossible', '9.3', [], { runtime: null, why: 'there is no engine' }),
    ],
    policy,
    NOW,
  );
  expect(names(steps)).toEqual(['failed', 'never', 'proven-long-ago']);
  expect(Object.fromEntries(left.map(({ name, why }) => [name, why]))).toEqual({
    elsewhere: '8.2 does not gate',
    impossible: 'not verified: there is no engine',
    other: 'another variant of 9.3 is played; by evidence: proven',
    'proven-lately': 'another variant of 9.1 is played; by evidence: proven',
  });
});

test('gate: as many as fit into ten minutes, and one at least', () => {
  const long = choose('gate', [candidate('a', '9.1', [], { expected_s: 2 * GATE_S }), candidate('b', '9.3', [])], policy, NOW);
  expect(names(long.steps)).toEqual(['a']);
  expect(long.left).toEqual([{ name: 'b', why: 'no time is left for it in 10 minutes; by evidence: not verified' }]);
  const fits = choose(
    'gate',
    [
      candidate('a', '9.1', [], { expected_s: 300 }),
      candidate('b', '9.3', [], { expected_s: 301 }),
      candidate('c', '12.1', [], { expected_s: 300 }),
    ],
    policy,
    NOW,
  );
  expect(names(fits.steps)).toEqual(['a', 'c']);
});

test('full: every twin that this code has not shown, so that it goes on where it was ended', () => {
  const all = [
    candidate('proven', '9.1', [healthy(run('pass', 1)), weak]),
    candidate('half', '9.3', [healthy(run('pass', 1))]),
    candidate('old', '12.1', [healthy(run('pass', 31)), weak]),
    candidate('never', '12.1', []),
  ];
  const { steps, left } = choose('full', all, policy, NOW);
  expect(names(steps)).toEqual(['never', 'never with weak', 'old', 'half with weak']);
  expect(left).toEqual([{ name: 'proven', why: 'all of it is shown on this code' }]);
});

test('full: each twin by its own runs, whoever played the others; what ended badly is on the record, what came to nothing is not', () => {
  const all = [
    candidate('weak-alone', '9.1', [weak]),
    candidate('weak-is-old', '9.1', [healthy(run('pass', 1)), twin(true, 31)]),
    candidate('failed', '9.3', [healthy(run('fail', 1)), weak]),
    candidate('failed-long-ago', '9.3', [healthy(run('fail', 40)), weak]),
    candidate('blind', '9.3', [healthy(run('pass', 1)), twin(false)]),
    candidate('nothing', '12.1', [healthy(run('inconclusive', 1)), weak]),
    candidate('other-code', '12.1', [healthy(run('fail', 1)), weak], { digest: 'b'.repeat(64) }),
  ];
  const { steps, left } = choose('full', all, policy, NOW);
  expect(names(steps).toSorted()).toEqual(['nothing', 'other-code', 'other-code with weak', 'weak-alone', 'weak-is-old with weak']);
  expect(Object.fromEntries(left.map(({ name, why }) => [name, why]))).toEqual({
    blind: 'inconclusive on this code, which is on the record: only other code changes that',
    failed: 'failed on this code, which is on the record: only other code changes that',
    'failed-long-ago': 'failed on this code, which is on the record: only other code changes that',
  });
});

test('full: each sabotage as often as the policy wants, of which what was shown counts, and another policy wants less', () => {
  const plays = (...twins: readonly TwinEvidence[]) =>
    choose('full', [candidate('a', '9.1', twins)], policy, NOW).steps.map((step) => [step.sabotage, step.plays]);
  expect(plays()).toEqual([
    [null, 1],
    ['weak', 3],
  ]);
  expect(plays(healthy(run('pass', 1)), twin(true, 1, 1))).toEqual([['weak', 2]]);
  const nothing = { ...twin(true, 1, 2), runs: [...twin(true, 1, 2).runs, run('inconclusive', 1)] };
  expect(plays(healthy(run('pass', 1)), nothing)).toEqual([['weak', 1]]);
  expect(plays(healthy(run('pass', 1)), twin(true, 31, 3))).toEqual([['weak', 3]]);
  // A night that was ended after the first of those that had grown too old.
  const one = { ...twin(), runs: [...twin(true, 31, 3).runs, ...twin(true, 1, 1).runs] };
  expect(plays(healthy(run('pass', 1)), one)).toEqual([['weak', 2]]);
  expect(plays({ ...healthy(run('pass', 31)), runs: [run('pass', 31), run('inconclusive', 1)] }, twin())).toEqual([[null, 1]]);
  expect(plays(healthy(run('pass', 1)), twin(true, 1, 3))).toEqual([]);
  const once = ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { plays: 1 } });
  expect(choose('full', [candidate('a', '9.1', [healthy(run('pass', 1)), twin(true, 1, 1)])], once, NOW).steps).toEqual([]);
});

test('full: beside a weakness that chance shows once in three plays, the healthy system is played three times, and the weak one until it showed', () => {
  const chances = { weak: 3 };
  const plays = (...twins: readonly TwinEvidence[]) =>
    choose('full', [candidate('a', '9.1', twins, { chances })], policy, NOW).steps.map((step) => [step.sabotage, step.plays]);
  const shown = { ...twin(true, 1, 1), within: 3 };
  expect(plays()).toEqual([
    [null, 3],
    ['weak', 3],
  ]);
  expect(plays(healthy(run('pass', 1)), shown)).toEqual([[null, 2]]);
  expect(plays(healthy(run('pass', 1), run('pass', 1), run('pass', 1)), shown)).toEqual([]);
  expect(plays(healthy(run('fail', 1)), shown)).toEqual([]);
});

test('principles: their claims alone, those that do not gate among them, and what changed of them', () => {
  const all = [candidate('nine', '9.1', []), candidate('twelve', '12.1', []), candidate('not-gating', '12.3', [], { parts: ['x.ts'] })];
  const asked = (principles: readonly number[], changed: ReadonlySet<string> | null = null) =>
    choose('gate', all, policy, NOW, { principles, changed });
  // What the answer waits for comes first.
  expect(names(asked([12]).steps)).toEqual(['twelve', 'not-gating']);
  expect(asked([12]).left).toEqual([{ name: 'nine', why: '9.1 is of a principle that was not asked for' }]);
  expect(names(asked([9, 12]).steps)).toEqual(['nine', 'twelve', 'not-gating']);
  expect(names(asked([9, 12], new Set(['x.ts'])).steps)).toEqual(['not-gating']);
  expect(asked([1]).steps).toEqual([]);
});

test('full: what chance shows is played until it was shown, or as often as it takes to say that it was not', () => {
  const rare = (runs: number) => ({
    ...twin(false),
    within: 3,
    runs: Array.from({ length: runs }, (_, i) => run('pass', 1, { id: `${i}`, as_wanted: false })),
  });
  const chosen = (weakness: TwinEvidence) =>
    names(
      choose(
        'full',
        [candidate('a', '9.1', [healthy(run('pass', 1), run('pass', 1), run('pass', 1)), weakness], { chances: { weak: 3 } })],
        policy,
        NOW,
      ).steps,
    );
  expect(chosen(rare(2))).toEqual(['a with weak']);
  expect(chosen(rare(3))).toEqual([]);
  expect(chosen({ ...rare(1), proven: true })).toEqual([]);
});

test('shards that begin minutes apart choose alike, though evidence grows too old in between', () => {
  const minutes = 60_000;
  const old = [candidate('a', '9.1', [healthy(run('pass', 30 - 5 / 1440)), weak])];
  const at = (ms: number) => choose('full', old, policy, NOW + ms);
  expect(at(minutes)).toEqual(at(10 * minutes));
  expect(names(at(10 * minutes).steps)).toEqual(['a']);
  expect(at(0).steps).toEqual([]);
});

test('changed: only what rests on one of the files that changed', () => {
  const all = [candidate('a', '9.1', [], { parts: ['x.ts', 'y.ts'] }), candidate('b', '9.3', [], { parts: ['y.ts'] })];
  expect(names(choose('full', all, policy, NOW, { changed: new Set(['x.ts']) }).steps)).toEqual(['a', 'a with weak']);
  expect(choose('gate', all, policy, NOW, { changed: new Set() }).steps).toEqual([]);
  expect(choose('gate', all, policy, NOW, { changed: new Set() }).left.map(({ why }) => why)).toEqual([
    'nothing that it rests on changed',
    'nothing that it rests on changed',
  ]);
});

test('shards: each step in exactly one of them, in order, none much longer than another', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 20 }), fc.integer({ min: 1, max: 6 }), (seconds, of) => {
      const steps = seconds.map(
        (expected_s, i): GateStep => ({
          scenario: `s${i}`,
          variant: null,
          sabotage: null,
          claim: '9.1',
          runtime: 'docker',
          expected_s,
          why: '',
        }),
      );
      const shards = Array.from({ length: of }, (_, i) => shardOf(steps, i + 1, of));
      expect(
        shards
          .flat()
          .map((step) => steps.indexOf(step))
          .sort((a, b) => a - b),
      ).toEqual(steps.map((_, i) => i));
      for (const shard of shards) expect([...shard].sort((a, b) => steps.indexOf(a) - steps.indexOf(b))).toEqual(shard);
      const loads = shards.map((shard) => shard.reduce((sum, { expected_s }) => sum + expected_s, 0));
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(Math.max(0, ...seconds));
    }),
  );
});

test('shards: what is played three times takes three times as long', () => {
  const step = (scenario: string, expected_s: number, plays?: number): GateStep => ({
    scenario,
    variant: null,
    sabotage: null,
    claim: '9.1',
    runtime: 'docker',
    expected_s,
    ...(plays === undefined ? {} : { plays }),
    why: '',
  });
  const steps = [step('thrice', 60, 3), step('a', 90), step('b', 80)];
  expect([1, 2].map((n) => names(shardOf(steps, n, 2)))).toEqual([['thrice'], ['a', 'b']]);
});
