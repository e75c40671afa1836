import { expect, test } from 'vitest';
import { facts, gate, run } from '../../../fixtures/gates/sample.ts';
import type { WayBack } from '../../model/evidence.ts';
import { gateHtml } from './html.ts';
import { gateMarkdown } from './markdown.ts';

const way = (name: string, change: Partial<WayBack> = {}): WayBack => ({
  name,
  expected: 'helps',
  outcome: 'pass',
  rto_s: [6.2, 6.4],
  reaches_back_s: [0.3, 0.5],
  lost_before: 12,
  lost_after: 90,
  damage_left: 0,
  unread: null,
  ...change,
});
const DAMAGED: Partial<WayBack> = { expected: 'damage', damage_left: 4210, rto_s: [30, null], reaches_back_s: null };
/** A row has several ways. */
const OTHER = way('offline', { expected: 'nothing' });

function pageOf(...runs: readonly (readonly WayBack[])[]) {
  const live = runs.map((ways_back, i) =>
    run(ways_back.every(({ outcome }) => outcome === 'pass') ? 'pass' : 'fail', i, { ways_back: [...ways_back] }),
  );
  const input = gate([facts({ scenario: 'wrong-query', claim: '10.3', live })], { gate: { claims: ['10.3'] } });
  return { html: gateHtml(input), markdown: gateMarkdown(input) };
}
const cells = (html: string) =>
  [...html.matchAll(/<td data-l="([^"]+)" class="(\w+)"><span class="cell"><b>([^<]*)<\/b><span>([^<]*)/g)].map(([, ...parts]) =>
    parts.join(' | '),
  );

test('each cell is the worst of the runs, and says whether it came out as expected', () => {
  const { html, markdown } = pageOf(
    [way('replica', DAMAGED), way('snapshot')],
    [way('replica', DAMAGED), way('snapshot', { rto_s: [8, 8.2], reaches_back_s: [0.1, 0.2] })],
  );
  expect(cells(html)).toEqual([
    'replica | no | ✓ does not help | 4\u00a0210 damaged there, too, as expected · 2 runs',
    'snapshot | pass | ✓ RTO 8.00–8.20 s | RPO 0.10–0.20 s · lost 12 before, 90 after · 2 runs',
  ]);
  expect(markdown).toMatch(
    /10\.3 .*\| ✓ does not help; 4.210 damaged there, too, as expected · 2 runs \| ✓ RTO 8\.00–8\.20 s; RPO 0\.10–0\.20 s/,
  );
});

test('one cell that failed once is red, however often it was well', () => {
  const bad = way('snapshot', { outcome: 'fail', rto_s: [30, null], damage_left: 3 });
  const { html } = pageOf([way('snapshot'), OTHER], [bad, OTHER], [way('snapshot'), OTHER]);
  expect(cells(html)).toEqual([
    'snapshot | fail | ✕ RTO &gt; 30.00 s | RPO 0.30–0.50 s · lost 12 before, 90 after · 3 damaged · 3 runs',
    'offline | no | ✓ does not help | nobody was let in, as expected · 3 runs',
  ]);
});

test('a cell of another expectation that came out better says what was expected', () => {
  const { html } = pageOf([
    way('replica', { ...DAMAGED, outcome: 'fail' }),
    way('offline', { expected: 'nothing', outcome: 'inconclusive' }),
  ]);
  expect(cells(html)).toEqual([
    'replica | fail | ✕ expected: damaged, too | fail · 1 run',
    'offline | inconclusive | ? expected: does not help | inconclusive · 1 run',
  ]);
});

test('what was not read, or never timed, is the worst, and no zero', () => {
  const { html } = pageOf(
    [way('snapshot'), OTHER],
    [way('snapshot', { outcome: 'fail', rto_s: null, reaches_back_s: null, unread: 'connect ECONNREFUSED' }), OTHER],
  );
  expect(cells(html)[0]).toBe('snapshot | fail | ✕ RTO unknown | nothing read back · 2 runs');
  const gone = way('replica', { ...DAMAGED, damage_left: 0 });
  expect(cells(pageOf([gone, OTHER]).html)[0]).toBe(
    'replica | no | ✓ does not help | nothing of before is left there, as expected · 1 run',
  );
});

test('names are escaped, and without ways back there is no table', () => {
  const { html } = pageOf([way('<script>alert(1)</script>'), OTHER]);
  expect(html).toContain('&lt;script&gt;alert(1)');
  expect(html).not.toContain('<script>');
  expect(pageOf([]).html).not.toContain('id="ways"');
});

test('what goes one way alone is no row of the table: its figures stand with its claim', () => {
  const { html, markdown } = pageOf([way('last-copy')]);
  expect(cells(html)).toEqual([]);
  for (const text of [html, markdown]) expect(text).not.toContain('Causes of data loss');
});
