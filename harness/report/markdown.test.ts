import { expect, test } from 'vitest';
import { empty, hostile, losing, passing, undecided } from '../../fixtures/reports/sample.ts';
import { markdown } from './markdown.ts';
import { reportView } from './view.ts';

test.each(Object.entries({ passing, losing, undecided, empty }))('summary.md of a run that is %s', (_, sample) => {
  const { input, verdict } = sample();
  expect(markdown(reportView(input, verdict), verdict)).toMatchSnapshot();
});

test('hostile text makes no markup, breaks no table and calls nobody', () => {
  const { input, verdict } = hostile();
  const [first] = verdict.objectives;
  if (first === undefined) throw new Error('the sample has no objective');
  const text = markdown(reportView(input, verdict), { ...verdict, objectives: [{ ...first, because: 'a | b\n# @everybody ``` <b>' }] });
  expect(text).toContain('a \\| b \\# @\u200beverybody \\`\\`\\` &lt;b>');
  const cells = text.split('\n').filter((line) => line.startsWith('| '));
  expect(cells.map((line) => line.replace(/\\\|/g, '').split('|').length)).toEqual(cells.map(() => 7));
  expect(text.replace(/```sh[\s\S]*?```/g, '').replace(/`[^`\n]*`/g, '')).not.toMatch(/(?<!\\)<img/);
});

test('a reference implementation is named, as text', () => {
  const { input, verdict } = passing();
  const { plan } = input;
  const told = markdown(
    reportView({ ...input, plan: { ...plan, system: { ...plan.system, reference: 'the <b>deployer' } } }, verdict),
    verdict,
  );
  expect(told).toContain('> **Reference implementation:** the &lt;b>deployer.');
  expect(markdown(reportView(input, verdict), verdict)).not.toContain('Reference');
});
