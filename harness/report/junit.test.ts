import { expect, test } from 'vitest';
import { malformation } from '../../fixtures/reports/malformation.ts';
import { empty, hostile, losing, passing, undecided } from '../../fixtures/reports/sample.ts';
import { junit } from './junit.ts';

test.each(Object.entries({ passing, losing, undecided, empty }))('junit.xml of a run that is %s', (_, sample) => {
  const xml = junit(sample().verdict);
  expect(malformation(xml)).toBeNull();
  expect(xml).toMatchSnapshot();
});

test('hostile text is well-formed XML, without a character that XML forbids', () => {
  expect(malformation(junit(hostile().verdict))).toBeNull();
});

test('nothing but a pass is green, and nothing is skipped', () => {
  const { verdict } = passing();
  const red = (xml: string) => /<failure|<error/.test(xml) && !/skipped="[1-9]/.test(xml);
  expect(red(junit(verdict))).toBe(false);
  expect(red(junit({ ...verdict, objectives: [] }))).toBe(true);
  expect(red(junit({ ...verdict, exit_code: 4, reason: 'heal.stuck' }))).toBe(true);
  expect(red(junit({ ...verdict, outcome: 'inconclusive', reason: 'aborted', exit_code: 2 }))).toBe(true);
  expect(red(junit({ ...verdict, outcome: 'fail', reason: 'rto.over', exit_code: 1 }))).toBe(true);
});
