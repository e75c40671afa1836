import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { type Planted, type Planting, plant, RPO, RTO, recorded } from '../../fixtures/recordings/plant.ts';
import type { Objective } from '../model/objective.ts';
import { Verdict } from '../model/verdict.ts';
import { judge } from './judge.ts';

const judged = (change: Partial<Planting> = {}) => judge(recorded(plant(change)));
const withEvent = (planted: Planted, event: { at: number }): Planted => {
  const lines = planted.lines.slice(0, -1);
  const later = (line: string) => /^\{"k":"(phase|fault)"/.test(line) && (JSON.parse(line) as { at: number }).at > event.at;
  const index = lines.findIndex(later);
  lines.splice(index < 0 ? lines.length : index, 0, JSON.stringify(event));
  const end = JSON.parse(planted.lines.at(-1) ?? '') as { at: number };
  return { ...planted, lines: [...lines, JSON.stringify({ ...end, records: lines.length + 1 })] };
};
const availability: Objective = { name: 'good', kind: 'availability', of: ['order'], at_least: 0.7 };

test('a clean run passes, with a verdict that fits its schema', () => {
  const verdict = judged({ objectives: [RTO, RPO, availability] });
  expect(Verdict.parse(verdict)).toEqual(verdict);
  expect(verdict).toMatchObject({ outcome: 'pass', reason: 'held', exit_code: 0 });
  expect(verdict.objectives.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'rto pass',
    'rpo pass',
    'good pass',
    'recording pass',
    'baseline pass',
    'effect pass',
    'load pass',
  ]);
  expect(verdict).toMatchSnapshot();
});

test('what fails while load warms up is not held against the baseline; after it, it is', () => {
  const cold = { warm_up_s: 2, cold: 0.9 };
  expect(judged(cold)).toMatchObject({ outcome: 'pass', reason: 'held' });
  // An outage of the warm-up that ended in it, and one that reached into the baseline.
  for (const [to_s, outcome] of [
    [-20.5, 'pass'],
    [-19.5, 'inconclusive'],
  ] as const)
    expect(
      judged({
        warm_up_s: 2,
        baseline_s: 20,
        outages: [
          { kind: 'refuse', from_s: -21.5, to_s },
          { kind: 'refuse', from_s: 0, to_s: 0.4 },
        ],
      }),
    ).toMatchObject({ outcome });
  expect(judged({ ...cold, errors: 0.05 })).toMatchObject({ reason: 'baseline.unhealthy' });
  expect(judged({ warm_up_s: 3, baseline_s: 0.5 })).toMatchObject({ reason: 'evidence.floor' });
});

test('one broken promise fails the run, for its reason', () => {
  expect(judged({ lose: 3 })).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', exit_code: 1 });
  expect(judged({ outages: [{ kind: 'refuse', from_s: 0, to_s: 9 }] })).toMatchObject({
    outcome: 'fail',
    reason: 'rto.over',
    exit_code: 1,
  });
});

test('an empty set of promises is inconclusive', () => {
  expect(judged({ objectives: [] })).toMatchObject({ outcome: 'inconclusive', reason: 'evidence.no_objectives', exit_code: 2 });
});

test('an unhealthy baseline, an unconfirmed fault, a wrong target: every objective is inconclusive, losses included', () => {
  for (const [change, reason] of [
    [{ errors: 0.05, lose: 3 }, 'baseline.unhealthy'],
    [{ dies: null, lose: 3 }, 'evidence.fault_unconfirmed'],
    [{ dies: 'pg-2', lose: 3 }, 'evidence.wrong_target'],
    [{ baseline_s: 1, lose: 3 }, 'evidence.floor'],
    [{ fault: 'none', outages: [] }, 'evidence.no_fault'],
  ] as const) {
    const verdict = judged(change);
    expect(verdict).toMatchObject({ outcome: 'inconclusive', reason, exit_code: 2 });
    expect(verdict.objectives.filter(({ kind }) => kind === 'rto' || kind === 'rpo').map((each) => each.reason)).toEqual([reason, reason]);
  }
});

test('an outage before the fault is no steady state', () => {
  expect(
    judged({
      outages: [
        { kind: 'refuse', from_s: -1.5, to_s: -1.49 },
        { kind: 'refuse', from_s: 0, to_s: 0.4 },
      ],
    }),
  ).toMatchObject({ outcome: 'pass' });
  expect(
    judged({
      baseline_s: 20,
      outages: [
        { kind: 'refuse', from_s: -1.5, to_s: -1.4 },
        { kind: 'refuse', from_s: 0, to_s: 0.4 },
      ],
    }),
  ).toMatchObject({
    reason: 'baseline.unhealthy',
    because: expect.stringMatching(/had an outage before the fault/),
  });
});

test('a judge that throws has seen nothing', () => {
  const verdict = judge(recorded(plant()), () => {
    throw new Error('division by zero');
  });
  expect(verdict).toMatchObject({
    outcome: 'inconclusive',
    reason: 'judge.threw',
    exit_code: 2,
    because: 'rto: the judge of rto threw: division by zero',
  });
});

test('no judge is shown the sabotage, and the verdict names it', () => {
  const planted = plant();
  const change = { services: { api: { env: { CHECKS: 'off' } } } };
  const sabotage = { name: 'planted-weakness', title: 'weak', objective: 'rpo', reason: 'rpo.lost' as const, change };
  const seen: string[] = [];
  const verdict = judge(recorded({ ...planted, plan: { ...planted.plan, sabotage } }), (recording, objective) => {
    seen.push(JSON.stringify([recording, objective]));
    throw new Error('enough');
  });
  expect(seen).toHaveLength(2);
  expect(seen.join('')).not.toMatch(/planted-weakness|sabotage/);
  expect(verdict.run.sabotage).toBe('planted-weakness');
});

test('a run that was cut short is inconclusive, with the exit code of who cut it', () => {
  const at = plant().truth.effect + 1e9;
  const cut = (by: string) =>
    judge(
      recorded(
        withEvent(plant({ lose: 2 }), { k: 'cut', at, by, why: 'for a test;\n  last log lines:\n  "x"' } as unknown as { at: number }),
      ),
    );
  expect(cut('aborted')).toMatchObject({ outcome: 'inconclusive', reason: 'aborted', exit_code: 2 });
  expect(cut('interrupted')).toMatchObject({
    outcome: 'inconclusive',
    reason: 'interrupted',
    exit_code: 130,
    because: 'cut short: for a test; last log lines: "x"',
  });
  expect(cut('broken')).toMatchObject({ outcome: 'inconclusive', reason: 'harness.broken', exit_code: 3 });
  const blind = plant();
  const environment = { ...blind.environment, cut: { by: 'broken' as const, why: 'the observer died' } };
  expect(judge(recorded({ ...blind, environment }))).toMatchObject({ outcome: 'inconclusive', reason: 'harness.broken', exit_code: 3 });
});

test('what would not heal needs a person: exit 4, and no pass', () => {
  const planted = plant();
  const stuck = {
    k: 'fault',
    at: planted.truth.effect + 5e9,
    fault: 'kill-primary',
    state: 'stuck',
    targets: ['pg-1'],
    detail: 'it would not start',
  };
  expect(judge(recorded(withEvent(planted, stuck)))).toMatchObject({ outcome: 'inconclusive', reason: 'heal.stuck', exit_code: 4 });
  const failed = plant({ lose: 2 });
  const environment = { ...failed.environment, left_behind: ['network faultline-abcdef'] };
  expect(judge(recorded({ ...failed, environment }))).toMatchObject({ outcome: 'fail', reason: 'rpo.lost', exit_code: 4 });
  // Interrupted is after clean-up: what is left comes first, and is named.
  const cut = { by: 'interrupted' as const, why: 'by a person' };
  expect(judge(recorded({ ...failed, environment: { ...environment, cut } }))).toMatchObject({
    outcome: 'inconclusive',
    reason: 'interrupted',
    exit_code: 4,
    because: 'cut short: by a person; a person is needed: network faultline-abcdef',
  });
});

test('an empty timeline passes nothing', () => {
  const verdict = judge(recorded({ ...plant(), lines: [] }));
  expect(verdict).toMatchObject({ outcome: 'inconclusive', reason: 'recording.truncated', exit_code: 2 });
  expect(Verdict.parse(verdict)).toEqual(verdict);
});

test('headlines', () => {
  const lines = [
    {},
    { outages: [] },
    { outages: [{ kind: 'refuse', from_s: 0, to_s: 9 }] as const },
    { lose: 7 },
    { dies: null },
    { read: 'none' as const },
    { objectives: [RTO, RPO, availability] },
  ].map((change) => judged(change).headline);
  expect(lines).toMatchInlineSnapshot(`
    [
      "RTO 0.49–0.52 s (objective 1 s, unaided) · RPO 0 of 2 100 acknowledged writes · PASS",
      "RTO 0–0.03 s (objective 1 s, unaided) · RPO 0 of 2 313 acknowledged writes · PASS",
      "RTO > 2.00 s (objective 1 s, unaided) · RPO 0 of 1 344 acknowledged writes · FAIL",
      "RTO 0.49–0.52 s (objective 1 s, unaided) · RPO 7 of 2 100 acknowledged writes · FAIL",
      "RPO 0 of 2 100 acknowledged writes · INCONCLUSIVE (evidence.fault_unconfirmed): kill-primary: pg-1 was never seen dead",
      "RTO 0.49–0.52 s (objective 1 s, unaided) · RPO unknown · INCONCLUSIVE (evidence.no_final_read): rpo: the final read of pg-1, pg-2 is missing",
      "RTO 0.49–0.52 s (objective 1 s, unaided) · RPO 0 of 2 100 acknowledged writes · 76.92–76.93 % good (objective 70 %) · PASS",
    ]
  `);
});

test('judges never touch the live world', () => {
  for (const file of readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
    const imports = [...readFileSync(path.join(import.meta.dirname, file), 'utf8').matchAll(/from '([^']+)'/g)].map((match) => match[1]);
    expect(imports.filter((each) => !/^(\.\/|\.\.\/(model|record)\/)/.test(each ?? ''))).toEqual([]);
  }
});
