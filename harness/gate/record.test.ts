import { expect, test } from 'vitest';
import { facts, gate, NOW, run } from '../../fixtures/gates/sample.ts';
import type { GateRecord } from '../model/gate.ts';
import { DEFAULT_POLICY } from '../model/policy.ts';
import { ProjectPolicy } from '../model/project-policy.ts';
import type { Scenario } from '../model/scenario.ts';
import { principlesOf } from '../report/gate/input.ts';
import { gateMarkdown } from '../report/gate/markdown.ts';
import { lastLine } from './answer.ts';
import { gateStandings } from './record.ts';

test('a twin of which one play was good and the next could not be played was not played as it was to be: that is no 0', () => {
  const step = { scenario: 'a', variant: null, sabotage: 'weak', claim: '9.1', runtime: 'docker', expected_s: 60, plays: 3, why: '' };
  const left = [{ name: 'a with weak', why: 'it could not be played: no such image' }];
  const of = (more: Partial<GateRecord>) =>
    gate([facts({ scenario: 'a' })], { gate: { claims: ['9.1'] } }, { steps: [step], runs: [{ step, run: run('fail', 0) }], ...more });
  expect(of({ left })).toMatchObject({
    code: 2,
    line: expect.stringMatching(/a with weak was to be played, and was not: it could not be played/),
  });
  expect(of({}).code).toBe(0);
});

test('where some principles were asked for, only their claims are waited for, and the last line says which; the others stand on the page', () => {
  const policy = ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { claims: ['9.1', '12.1'] } });
  const known = {
    candidates: [
      facts({ scenario: 'a', claim: '9.1' }),
      facts({ scenario: 'b', claim: '12.1' }, null),
      facts({ scenario: 'c', claim: '9.3' }),
    ].map((each) => ({ scenario: { id: each.scenario } as Scenario, facts: each, parts: [], expected_s: 60 })),
    gone: [],
  };
  const asked = (principles?: number[]) => {
    const { record } = gate([], {}, { at: new Date(NOW).toISOString(), ...(principles === undefined ? {} : { principles }) });
    const claims = gateStandings(record, known, policy);
    return { claims, ...lastLine(claims, record) };
  };
  expect(asked().line).toMatch(/^exit 2: of 2 claims that gate, 1 proven, 1 not verified; 12\.1 /);
  expect(asked([9]).line).toBe('exit 0: of 1 claims that gate in principle 9, 1 proven');
  expect(asked([9, 12]).line).toMatch(/^exit 2: of 2 claims that gate in principles 9, 12, /);
  expect(asked([1])).toMatchObject({
    code: 2,
    line: 'exit 2: of 0 claims that gate in principle 1, none is known; there is nothing that holds',
  });
  // What was not asked for is no better for that: its principle is not good, and nothing says that no release waits for it.
  const input = { ...gate([]), claims: asked([9]).claims };
  expect([principlesOf(input.claims)[11]?.tone, principlesOf(input.claims)[8]?.tone]).toEqual(['none', 'pass']);
  expect(gateMarkdown(input)).toMatch(/\| 12\.1 .*not verified \(its principle was not asked for\) \|/);
  expect(asked([9]).claims).toHaveLength(asked().claims.length);
  expect(asked([9]).claims.find(({ claim }) => claim.id === '12.1')).toMatchObject({ gates: true, asked: false, standing: 'not verified' });
});
