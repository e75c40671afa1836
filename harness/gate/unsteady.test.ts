import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFacts } from '../../fixtures/gates/any-facts.ts';
import { facts, gate, healthy, run, twin } from '../../fixtures/gates/sample.ts';
import type { GateRun } from '../model/gate.ts';
import type { VariantFacts } from './standing.ts';
import { unsteadyOf, unsteadyText, unsteadyTwins } from './unsteady.ts';

const ELSEWHERE = 'b'.repeat(64);
const told = (one: VariantFacts) => unsteadyTwins(one).map(unsteadyText);

test.each<[string, VariantFacts, readonly string[]]>([
  ['all passed', facts({ live: [run('pass', 0)] }), []],
  ['all failed', facts({}, [healthy(run('fail'), run('fail', 2))]), []],
  [
    'one of the history failed',
    facts({}, [healthy(run('pass', 3), run('fail', 2), run('pass'))]),
    ['lost-server: as wanted in 2 of 3 runs on this code'],
  ],
  [
    'the history came to nothing, this gate’s run passed',
    facts({ live: [run('pass', 0)] }, [healthy(run('inconclusive'))]),
    ['lost-server: as wanted in 1 of 2 runs on this code'],
  ],
  [
    'two runs of this gate',
    facts({ variant: 'kill', live: [run('fail', 0), run('pass', 0)] }, null),
    ['lost-server@kill: as wanted in 1 of 2 runs on this code'],
  ],
  ['the other run was on other code', facts({ live: [run('pass', 0)] }, [healthy(run('fail'))], ELSEWHERE), []],
  [
    'failed, or came to nothing: never as wanted',
    facts({}, [healthy(run('fail'), run('inconclusive'))]),
    ['lost-server: as wanted in 0 of 2 runs on this code'],
  ],
  [
    'its twin failed as named once',
    facts({}, [healthy(run('pass')), { ...twin(), runs: [...twin(true, 1, 1).runs, ...twin(false).runs] }]),
    ['lost-server with weak: as wanted in 1 of 2 runs on this code'],
  ],
  [
    'its twin fails by chance',
    facts({}, [healthy(run('pass')), { ...twin(), within: 3, runs: [...twin().runs, ...twin(false).runs] }]),
    [],
  ],
  [
    'it was undecided twice before it passed',
    facts({ live: [run('pass', 0, { undecided: 2 })] }, null),
    ['lost-server: as wanted in 1 of 3 runs on this code'],
  ],
  ['undecided to the end', facts({ live: [run('inconclusive', 0, { undecided: 2 })] }, null), []],
])('%s', (_, one, lines) => {
  expect(told(one)).toEqual(lines);
});

test('a demonstration that was repeated is told, too', () => {
  const step: GateRun['step'] = {
    scenario: 'quickstart',
    variant: null,
    sabotage: null,
    claim: null,
    runtime: 'process',
    expected_s: 40,
    why: '',
  };
  const { claims, record } = gate([facts()], {}, { runs: [run('pass', 0), run('fail', 0)].map((each) => ({ step, run: each })) });
  expect(unsteadyOf(claims, record)).toEqual([{ name: 'quickstart', as_wanted: 1, of: 2 }]);
});

test('a retry raises nothing: whoever tries again until it passes is as unsteady as before', () => {
  fc.assert(
    fc.property(anyFacts, fc.integer({ min: 1, max: 3 }), (one, tries) => {
      const share = (each: VariantFacts) => unsteadyTwins(each).find(({ name }) => name === each.scenario);
      const before = share(one);
      if (before === undefined) return;
      const retried = { ...one, live: [...one.live, run('pass', 0, { undecided: tries })] };
      const after = share(retried);
      expect(after).toMatchObject({ as_wanted: before.as_wanted + 1, of: before.of + 1 + tries });
    }),
  );
});
