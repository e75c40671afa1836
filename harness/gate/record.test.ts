import { expect, test } from 'vitest';
import { facts, gate, NOW } from '../../fixtures/gates/sample.ts';
import { DEFAULT_POLICY } from '../model/policy.ts';
import { ProjectPolicy } from '../model/project-policy.ts';
import type { Scenario } from '../model/scenario.ts';
import { lastLine } from './answer.ts';
import { gateStandings } from './record.ts';

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
  expect(asked([9]).claims).toHaveLength(asked().claims.length);
  expect(asked([9]).claims.find(({ claim }) => claim.id === '12.1')).toMatchObject({ gates: false, standing: 'not verified' });
});
