import { expect, test } from 'vitest';
import { passing } from '../../fixtures/reports/sample.ts';
import type { Verdict } from '../model/verdict.ts';
import { finalLines } from './console.ts';
import { html } from './html.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { reportView } from './view.ts';

const FINDING = 'not the fault that was named: measured 0.53–0.59 s, predicted 5 s to 40 s';

/** Every report of the passing sample with its verdict changed. */
function reports(change: (verdict: Verdict) => Verdict): readonly string[] {
  const { input, verdict: plain } = passing();
  const verdict = change(plain);
  const view = reportView(input, verdict);
  const console_ = finalLines(verdict, 'reports/x', 'replay').join(' ').replace(/\s+/g, ' ');
  return [html(view, verdict), console_, markdown(view, verdict), junit(verdict)];
}

test('a finding stands in every report; without one none does', () => {
  const found = (verdict: Verdict): Verdict => ({
    ...verdict,
    objectives: verdict.objectives.map((each) =>
      each.measured?.kind === 'rto' ? { ...each, measured: { ...each.measured, finding: FINDING } } : each,
    ),
  });
  for (const text of reports(found)) expect(text).toContain(FINDING);
  for (const text of reports((verdict) => verdict)) expect(text).not.toMatch(/finding/i);
});

test('when the system’s own alert was raised stands beside the recovery', () => {
  const alerted = { name: 'alerted', of: 'monitor', lower_s: 1.2, upper_s: 1.26 };
  const [page, lines] = reports((verdict) => ({ ...verdict, milestones: [...verdict.milestones, alerted] }));
  expect(page).toMatch(/alerted.*monitor.*1\.20–1\.26/s);
  expect(lines).toContain('alerted after 1.20–1.26 s, by monitor');
});
