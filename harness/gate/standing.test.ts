import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyFacts, ELSEWHERE } from '../../fixtures/gates/any-facts.ts';
import { facts, healthy, NOW, run, twin } from '../../fixtures/gates/sample.ts';
import { CLAIMS } from '../model/claim.ts';
import { DEFAULT_POLICY } from '../model/policy.ts';
import { ProjectPolicy } from '../model/project-policy.ts';
import { exitOf } from './answer.ts';
import { type ClaimStanding, STANDINGS, standingOf, type VariantFacts } from './standing.ts';

const policy = ProjectPolicy.parse(DEFAULT_POLICY);

const of = (all: readonly VariantFacts[], claim = '9.1', by: ProjectPolicy = policy): ClaimStanding => {
  const found = standingOf(all, by, NOW).find((each) => each.claim.id === claim);
  if (found === undefined) throw new Error(`${claim} is not there`);
  return found;
};

test('all thirteen principles are there, and what has no scenario says so', () => {
  const all = standingOf([], policy, NOW);
  expect(all).toHaveLength(CLAIMS.length);
  expect(new Set(all.map(({ claim }) => claim.principle)).size).toBe(13);
  expect(new Set(all.map(({ standing, why }) => `${standing}: ${why}`))).toEqual(new Set(['not verified: there is no scenario for it']));
});

test.each<[string, VariantFacts, string, RegExp]>([
  ['shown on this code, and its twin failed', facts(), 'proven', / · PASS/],
  ['on other code', facts({}, undefined, ELSEWHERE), 'not verified', /what it rests on was changed since 2026-11-25/],
  ['thirty-one days ago', facts({}, [healthy(run('pass', 31)), twin()]), 'not verified', /31 days old, and lasts 30/],
  ['tomorrow', facts({}, [healthy(run('pass', -1)), twin()]), 'not verified', /still to come/],
  [
    'its twin thirty-one days ago',
    facts({}, [healthy(run('pass')), twin(true, 31)]),
    'held',
    /its twin with weak: its evidence is 31 days old/,
  ],
  [
    'its twin did not fail',
    facts({}, [healthy(run('pass')), twin(false)]),
    'inconclusive',
    /did not fail as named, so that nothing it says/,
  ],
  [
    'its twin did not fail, and it passes now',
    facts({ live: [run('pass', 0)] }, [healthy(run('pass')), twin(false)]),
    'inconclusive',
    /did not fail/,
  ],
  [
    'its twin came to nothing',
    facts({}, [healthy(run('pass')), { ...twin(false), runs: [run('inconclusive')] }]),
    'held',
    /its twin with weak did not fail as named/,
  ],
  [
    'chance shows the weakness, and the healthy system was played once',
    facts({}, [healthy(run('pass')), { ...twin(), within: 3 }]),
    'held',
    /weak shows once in 3 runs, and the system as it is was played 1 time$/,
  ],
  [
    'chance shows the weakness, and the healthy system was played as often',
    facts({}, [healthy(run('pass'), run('pass', 2), run('pass', 3)), { ...twin(), within: 3 }]),
    'proven',
    /PASS/,
  ],
  [
    'some of its runs came to nothing',
    facts({}, [healthy(run('inconclusive'), run('pass')), twin()]),
    'proven',
    /; 1 of 2 runs on this code came to nothing/,
  ],
  [
    'its twin failed once, and three plays are wanted',
    facts({}, [healthy(run('pass')), twin(true, 1, 1)]),
    'held',
    /its twin with weak failed as named in 1 of 1 play, and 3 are wanted$/,
  ],
  [
    'its twin failed twice, and came to nothing once',
    facts({}, [healthy(run('pass')), { ...twin(true, 1, 2), runs: [...twin(true, 1, 2).runs, run('inconclusive')] }]),
    'held',
    /failed as named in 2 of 2 plays, and 3 are wanted$/,
  ],
  [
    'its twin failed twice long ago, and once lately',
    facts({}, [healthy(run('pass')), { ...twin(), runs: [...twin(true, 60, 2).runs, ...twin(true, 1, 1).runs] }]),
    'held',
    /failed as named in 1 of 1 play, and 3 are wanted$/,
  ],
  [
    'its twin failed long ago, and came to nothing lately',
    facts({}, [healthy(run('pass')), { ...twin(), runs: [...twin(true, 40).runs, run('inconclusive')] }]),
    'held',
    /its twin with weak: its evidence is 40 days old/,
  ],
  [
    'it held long ago, and came to nothing lately',
    facts({}, [healthy(run('pass', 40), run('inconclusive')), twin()]),
    'not verified',
    /its evidence is 40 days old/,
  ],
  [
    'chance shows the weakness, and most plays of the healthy system were long ago',
    facts({}, [healthy(run('pass', 40), run('pass', 40), run('pass')), { ...twin(), within: 3 }]),
    'held',
    /shows once in 3 runs, and the system as it is was played 1 time$/,
  ],
  ['its twin was not played', facts({}, [healthy(run('pass'))]), 'held', /its twin with weak was not played/],
  ['it has no twin', facts({ sabotages: [] }), 'held', /it has no sabotage/],
  ['only its twin was played', facts({}, [twin()]), 'not verified', /only its sabotaged twins/],
  ['it failed one of two', facts({}, [healthy(run('fail'), run('pass')), twin()]), 'failed', /1 of 2 passed/],
  ['it came to nothing', facts({}, [healthy(run('inconclusive')), twin()]), 'inconclusive', /0 of 1 passed/],
  ['never shown', facts({}, null), 'not verified', /never shown/],
  ['it cannot run here', facts({ runtime: null, why: 'there is no engine' }, null), 'not verified', /there is no engine/],
  ['its scenario is gone', facts({ digest: null }), 'not verified', /its scenario is gone/],
  ['its scenario is gone, and it failed', facts({ digest: null }, [healthy(run('fail'))]), 'failed', /its scenario is gone/],
  ['it passes now, its twins are known', facts({ live: [run('pass', 0)] }), 'proven', /PASS/],
  ['it passes now, on other code', facts({ live: [run('pass', 0)] }, undefined, ELSEWHERE), 'held', /not played on this code/],
  ['it fails now', facts({ live: [run('fail', 0)] }), 'failed', /1 of 2 passed/],
  ['it failed on this code and passes now', facts({ live: [run('pass', 0)] }, [healthy(run('fail')), twin()]), 'failed', /1 of 2 passed/],
  [
    'it came to nothing on this code and passes now',
    facts({ live: [run('pass', 0)] }, [healthy(run('inconclusive')), twin()]),
    'proven',
    /PASS/,
  ],
  [
    'it was undecided once before it passed now',
    facts({ live: [run('pass', 0, { undecided: 1 })] }),
    'proven',
    /PASS; 1 of 3 runs on this code came to nothing/,
  ],
  ['it was undecided twice before it failed', facts({ live: [run('fail', 0, { undecided: 2 })] }, null), 'failed', /\(0 of 3 passed\)/],
])('%s', (_, one, standing, why) => {
  const claim = of([one]);
  expect(claim.standing).toBe(standing);
  expect(claim.why).toMatch(why);
});

test('how often a sabotage must have failed, the policy says', () => {
  const once = ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { plays: 1 } });
  expect(of([facts({}, [healthy(run('pass')), twin(true, 1, 1)])], '9.1', once).standing).toBe('proven');
  expect(() => ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { plays: 0 } })).toThrow();
});

test('a claim stands as the worst of its variants, which is named', () => {
  const claim = of([facts(), facts({ variant: 'pause', live: [run('fail')] }), facts({ variant: 'cut-off' }, null)]);
  expect(claim).toMatchObject({ standing: 'failed', why: expect.stringMatching(/^lost-server@pause: /) });
  expect(claim.variants.map(({ standing }) => standing)).toEqual(['proven', 'failed', 'not verified']);
});

test('a waiver lasts to the end of its day, hides nothing, and is red afterwards', () => {
  const by = (expires: string) =>
    ProjectPolicy.parse({
      ...DEFAULT_POLICY,
      waivers: [{ claim: '9.1', owner: 'ana', reason: 'moving house', expires }],
      gate: { claims: ['9.1'] },
    });
  const one = facts({ live: [run('fail')] });
  expect(of([one], '9.1', by('2026-11-26'))).toMatchObject({ standing: 'failed', waived: true, waiver: { owner: 'ana', expired: false } });
  expect(of([one], '9.1', by('2026-11-25'))).toMatchObject({ standing: 'failed', waived: false, waiver: { expired: true } });
  expect(exitOf(standingOf([one], by('2026-11-25'), NOW))).toBe(1);
  // Even where the claim holds by now: somebody must take it away.
  expect(exitOf(standingOf([facts()], by('2026-11-25'), NOW))).toBe(1);
  // What is waived is nothing that a release could wait for.
  expect(exitOf(standingOf([one], by('2026-11-26'), NOW))).toBe(2);
});

test('claims of one’s own are shown, counted and waited for like the others; one that is declared no more hides nothing', () => {
  const by = ProjectPolicy.parse({
    ...DEFAULT_POLICY,
    claims: [{ id: '9.90', principle: 9, title: 'Losing the till is no outage' }],
    gate: { claims: ['9.1', '9.90'] },
  });
  const all = standingOf([facts()], by, NOW);
  expect(all).toHaveLength(CLAIMS.length + 1);
  expect(all.find(({ claim }) => claim.id === '9.90')).toMatchObject({
    claim: { principle: 9, title: 'Losing the till is no outage' },
    standing: 'not verified',
    why: 'there is no scenario for it',
    gates: true,
  });
  expect([exitOf(all), exitOf(standingOf([facts(), facts({ scenario: 'till', claim: '9.90' })], by, NOW))]).toEqual([2, 0]);
  expect(of([facts({ scenario: 'till', claim: '9.90', live: [run('fail', 0)] })], '9.90', by).standing).toBe('failed');
  const left = facts({ scenario: 'till', claim: '9.91', digest: null }, [healthy(run('fail'))]);
  expect(of([left], '9.91', by)).toMatchObject({ standing: 'failed', claim: { title: 'a claim that is declared no more' } });
});

test('the exit code: 0 only if all that gates is proven or holds, and something does', () => {
  const gating = (claims: string[]) => ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { claims } });
  const code = (all: readonly VariantFacts[], by: ProjectPolicy) => exitOf(standingOf(all, by, NOW));
  expect(code([facts()], gating(['9.1']))).toBe(0);
  expect(code([facts()], gating(['9.1', '9.2']))).toBe(2);
  expect(code([facts()], policy)).toBe(2);
  expect(code([], gating(['9.1']))).toBe(2);
  expect(code([facts({ live: [run('fail')] })], gating(['9.1', '9.2']))).toBe(1);
  expect(code([facts({ live: [run('fail')] })], gating(['9.2']))).toBe(2);
});

const rank = (each: ClaimStanding) => STANDINGS.indexOf(each.standing);
const SOME = ProjectPolicy.parse({ ...DEFAULT_POLICY, gate: { claims: ['9.1', '9.3', '12.1'] } });
const GREEN = 0;

test('no score can be gamed: a failure more raises nothing', () => {
  fc.assert(
    fc.property(fc.array(anyFacts, { maxLength: 6 }), fc.nat(), (all, pick) => {
      if (all.length === 0) return;
      const i = pick % all.length;
      const worse = all.map((each, n) => (n === i ? { ...each, live: [...each.live, run('fail', 0)] } : each));
      const [before, after] = [standingOf(all, SOME, NOW), standingOf(worse, SOME, NOW)];
      expect(before.filter((each, n) => rank(after[n] as ClaimStanding) > rank(each))).toEqual([]);
      expect(exitOf(after)).not.toBe(GREEN);
    }),
  );
});

test('no score can be gamed: to play once more raises nothing but what nobody had looked at, or what had come to nothing', () => {
  fc.assert(
    fc.property(fc.array(anyFacts, { maxLength: 6 }), fc.nat(), (all, pick) => {
      if (all.length === 0) return;
      const i = pick % all.length;
      const again = all.map((each, n) => (n === i ? { ...each, live: [...each.live, run('pass', 0)] } : each));
      const [before, after] = [standingOf(all, SOME, NOW), standingOf(again, SOME, NOW)];
      const raised = before.filter((each, n) => rank(after[n] as ClaimStanding) > rank(each));
      expect(raised.filter(({ standing }) => standing === 'failed')).toEqual([]);
      // What this gate itself saw come to nothing does not become good in it.
      const own = all[i];
      if (own?.live.some(({ outcome }) => outcome === 'inconclusive') === true) expect(raised).toEqual([]);
    }),
  );
});

test('no score can be gamed: to delete a scenario raises nothing, as long as its evidence is there', () => {
  fc.assert(
    fc.property(fc.array(anyFacts, { maxLength: 6 }), fc.nat(), (all, pick) => {
      const kept = all.filter(({ live, evidence }) => live.length === 0 && evidence !== null);
      const gone = kept[pick % Math.max(1, kept.length)];
      if (gone === undefined) return;
      const without = all.map((each) => (each === gone ? { ...each, digest: null, runtime: null } : each));
      const [before, after] = [standingOf(all, SOME, NOW), standingOf(without, SOME, NOW)];
      const better = before.filter((each, n) => rank(after[n] as ClaimStanding) > Math.max(rank(each), STANDINGS.indexOf('not verified')));
      expect(better).toEqual([]);
      if (exitOf(before) !== GREEN) expect(exitOf(after)).not.toBe(GREEN);
    }),
  );
});

test('no score can be gamed: every claim is on the page whatever is known', () => {
  fc.assert(
    fc.property(fc.array(anyFacts, { maxLength: 6 }), (all) => {
      expect(standingOf(all, SOME, NOW).map(({ claim }) => claim.id)).toEqual(CLAIMS.map(({ id }) => id));
    }),
  );
});
