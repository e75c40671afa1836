import { expect, test } from 'vitest';
import { byClaim, CLAIMS } from './claim.ts';
import { DEFAULT_POLICY, Policy } from './policy.ts';
import { claimsOf, ProjectPolicy } from './project-policy.ts';

const TILL = { id: '9.90', principle: 9, title: 'Losing the till is no outage' };
const refusals = (text: unknown) =>
  ProjectPolicy.safeParse(text).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

test('claims of one’s own stand among the others, by number, and may be owned, waived and waited for', () => {
  const policy = ProjectPolicy.parse({
    claims: [TILL, { id: '1.100', principle: 1, title: 'The vault is shut at night' }],
    owners: { '9.90': 'the shop', '13': 'release team' },
    waivers: [{ claim: '9.90', owner: 'ana', reason: 'the new till comes', expires: '2027-01-31' }],
    gate: { claims: ['9.90', '9.1'] },
  });
  const ids = claimsOf(policy).map(({ id }) => id);
  expect(ids).toHaveLength(CLAIMS.length + 2);
  expect(ids).toEqual([...ids].sort(byClaim));
  expect([ids.indexOf('9.90') - ids.indexOf('9.7'), ids.indexOf('1.100') - ids.indexOf('1.8')]).toEqual([1, 1]);
});

test('without claims of its own a project’s policy says what a policy says', () => {
  const text = { ...DEFAULT_POLICY, gate: { claims: ['9.1'], evidence_lasts: '7 d' }, hold: '5 s' };
  expect(ProjectPolicy.parse(text)).toEqual({ ...Policy.parse(text), claims: [] });
  expect(claimsOf(ProjectPolicy.parse({}))).toEqual(CLAIMS);
});

test.each<[string, unknown, RegExp]>([
  ['an id that is ours', { claims: [{ ...TILL, id: '9.1' }] }, /^claims\.0\.id: there is a claim "9\.1" already/],
  ['an id twice', { claims: [TILL, TILL] }, /^claims\.1\.id: there is a claim "9\.90" already/],
  ['an id of another principle', { claims: [{ ...TILL, principle: 8 }] }, /^claims\.0\.id: "9\.90" does not begin with its principle/],
  ['principle 14', { claims: [{ ...TILL, id: '14.1', principle: 14 }] }, /^claims\.0\.principle: /],
  ['an id that is no number', { claims: [{ ...TILL, id: '9.till' }] }, /^claims\.0\.id: a claim is a string such as "9\.90"/],
  ['the same number in other letters', { claims: [{ ...TILL, id: '9.01' }] }, /^claims\.0\.id: a claim is a string/],
  ['a claim without a title', { claims: [{ ...TILL, title: '' }] }, /^claims\.0\.title: /],
  [
    'a gate over what nobody declared',
    { claims: [TILL], gate: { claims: ['9.90', '9.91'] } },
    /^gate\.claims\.1: there is no claim "9\.91"/,
  ],
  [
    'a waiver of what nobody declared',
    { waivers: [{ claim: '9.90', owner: 'a', reason: 'b', expires: '2027-01-01' }] },
    /^waivers\.0\.claim: there is no claim "9\.90": .*declared in `claims` of faultline\.config\.ts$/,
  ],
  ['an owner of what nobody declared', { owners: { '9.91': 'ana' } }, /^owners\.9\.91: there is no claim "9\.91"/],
  ['an owner of principle 14', { owners: { '14': 'ana' } }, /^owners\.14: there is no claim "14"/],
])('refused, with its place: %s', (_, text, said) => {
  expect(refusals(text)).toEqual([expect.stringMatching(said)]);
});
