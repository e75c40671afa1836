import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { named, playedRun } from '../../../fixtures/gates/played.ts';
import { facts, gate, healthy, run, twin } from '../../../fixtures/gates/sample.ts';
import { plant } from '../../../fixtures/recordings/plant.ts';
import { malformation } from '../../../fixtures/reports/malformation.ts';
import { hostile, losing } from '../../../fixtures/reports/sample.ts';
import { newGateFolder } from '../../gate/gate-folder.ts';
import { CLAIMS } from '../../model/claim.ts';
import type { RunEvidence } from '../../model/evidence.ts';
import { reportView } from '../view.ts';
import { gateHtml } from './html.ts';
import { playedRuns } from './played-runs.ts';
import { runHtml } from './run-html.ts';
import { writeGate } from './write.ts';

let out: string;
beforeEach(() => {
  out = mkdtempSync(path.join(os.tmpdir(), 'faultline-played-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const HOSTILE = '<script>alert(1)</script></svg><img src=x onerror=alert(1)> & " \u001b[31m\u202e\n';
/** One variant, of which these runs were played in the gate. */
const gated = (runs: readonly (readonly [string | null, RunEvidence])[], more: Parameters<typeof facts>[0] = {}) => {
  const live = runs.flatMap(([sabotage, each]) => (sabotage === null ? [each] : []));
  const one = facts({ scenario: 'failover', variant: 'kill', live, ...more });
  return gate(
    [one],
    {},
    {
      runs: runs.map(([sabotage, each]) => ({
        step: { scenario: 'failover', variant: 'kill', sabotage, claim: '9.1', runtime: 'docker', expected_s: 60, why: 'never shown' },
        run: each,
      })),
    },
  );
};
const pageOf = async (input: ReturnType<typeof gate>) => {
  const place = newGateFolder(out, input.record);
  await writeGate(place, input, {});
  return readFileSync(path.join(place, 'report.html'), 'utf8');
};
const seen = (html: string) => /<details class="seen"[\s\S]*?<pre class="replay"/.exec(html)?.[0] ?? '';
const captions = (html: string) => [...seen(html).matchAll(/<(?:figcaption|caption)>([^<]*)</g)].map(([, text]) => text);

test('a run that was played stands in the page: its timeline, faults, outages with bounds, latency by phase, logs around the fault; closed where it held', async () => {
  const passed = playedRun(out, 'r1', plant(), {
    'api.log': `1970-01-01T00:00:03.800Z near\n1970-01-01T00:05:00.000Z ${'far'}\n${HOSTILE}`,
  });
  expect(passed.outcome).toBe('pass');
  const html = await pageOf(gated([[null, passed]]));
  expect(malformation(html)).toBeNull();
  const name = 'failover@kill, as it is';
  expect(captions(html)).toEqual([
    `${name}: the run`,
    `${name}: the outage, closer`,
    `Faults, in seconds of the run: ${name}`,
    `Outages, in seconds of the run: ${name}`,
    `Latency by phase, in ms, of good answers: ${name}`,
  ]);
  expect(seen(html)).toContain('<details class="seen"><summary>');
  expect(seen(html)).toContain('1 of 3 lines, around the fault');
  expect(seen(html)).toContain('near');
  expect(seen(html)).not.toContain('far');
  expect(seen(html)).toContain('<a href="../r1/report.html">Its own report</a>');
  expect(seen(html)).toContain(
    'Its twin with <code>weak</code> was not played in this gate; by evidence it failed as named (rto fails with rto.over) on 2026-11-25',
  );
  expect(html).not.toContain('<script');
  const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a claim that failed is open, and its sabotaged twin of the same gate stands beside it', async () => {
  const failed = playedRun(out, 'r1', plant({ outages: [{ kind: 'refuse', from_s: 0, to_s: 1.4 }] }));
  const weak = { ...playedRun(out, 'r2', plant({ lose: 3 })), as_wanted: true };
  expect([failed.outcome, weak.outcome]).toEqual(['fail', 'fail']);
  const html = await pageOf(
    gated([
      ['weak', weak],
      [null, failed],
    ]),
  );
  expect(seen(html)).toContain(
    '<details class="seen" open><summary>What was seen: the system as it is, beside it sabotaged: weak</summary>',
  );
  const [pictures = ''] = /<div class="twins">[\s\S]*?<h4>/.exec(html) ?? [];
  expect([...pictures.matchAll(/<figcaption>([^<]*)</g)].map(([, text]) => text?.split(': the ')[0])).toEqual(
    expect.arrayContaining(['failover@kill, as it is', 'failover@kill, sabotaged: weak']),
  );
  expect(pictures).not.toContain('class="wide"');
  expect(seen(html)).not.toContain('by evidence');
  expect(malformation(html)).toBeNull();
});

test('of several runs of a twin the one that says most is read: what failed, and of a sabotaged one what failed as named', async () => {
  const input = gated([
    [null, run('fail', 0, { id: 'bad' })],
    [null, run('pass', 0, { id: 'good' })],
    ['weak', run('fail', 0, { id: 'named', as_wanted: true })],
    ['weak', run('pass', 0, { id: 'blind', as_wanted: false })],
  ]);
  const runs = await playedRuns(out, input.record, 1e6);
  expect([...runs].flatMap(([id, { shown }]) => (shown === null ? [] : [id]))).toEqual(['bad', 'named']);
});

test.each<[string, string, (folder: string) => void, RegExp]>([
  ['is not there', 'r1', (folder) => rmSync(folder, { recursive: true }), /it was played elsewhere, or removed/],
  ['has no timeline', 'r1', (folder) => rmSync(path.join(folder, 'timeline.jsonl')), /it has no timeline\.jsonl/],
  [
    'has half a verdict',
    'r1',
    (folder) => writeFileSync(path.join(folder, 'verdict.json'), '{"format": 1, "run"'),
    /cannot be read as a verdict/,
  ],
  ['is of a newer format', 'r1', (folder) => writeFileSync(path.join(folder, 'verdict.json'), '{"format": 99}'), /has format 99/],
  [
    'says something else than the gate saw',
    'r1',
    (folder) => {
      const file = path.join(folder, 'verdict.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('"headline": "', '"headline": "Better: '));
    },
    /says &quot;Better: [^<]* this gate saw/,
  ],
  ['lies outside', '../elsewhere', () => undefined, /it was played elsewhere, or removed/],
])('a folder that %s: said, and the rest of the page is there', async (_, id, damage, said) => {
  const passed = playedRun(out, 'r1');
  damage(path.join(out, 'r1'));
  const html = await pageOf(gated([[null, { ...passed, id }]]));
  expect(seen(html)).toMatch(said);
  expect(html).toContain('What nobody has looked at');
  expect(malformation(html)).toBeNull();
  if (id !== 'r1') expect(html).not.toContain('elsewhere/report.html');
});

test('a recording that was changed after the run says so', async () => {
  const passed = playedRun(out, 'r1');
  appendFileSync(path.join(out, 'r1', 'environment.json'), ' ');
  const said = /The recording itself is damaged:<\/strong> ([^<]*)/.exec(await pageOf(gated([[null, passed]])))?.[1];
  expect(said).toContain('environment.json');
});

test('a run takes no more than its share, and says what is missing', () => {
  const { input, verdict, logs } = losing();
  const [episode] = verdict.episodes;
  const read = {
    view: reportView(input, verdict),
    verdict: { ...verdict, episodes: Array.from({ length: 80 }, () => episode ?? ({} as never)) },
    logs: Object.keys(logs).map((file) => ({ file, what: 'all', lines: Array.from({ length: 40 }, () => 'y'.repeat(9000)) })),
  };
  const at = (share: number) => runHtml(read, { id: 'r', name: 'it', width: 'page', share });
  const sizes = [400_000, 100_000, 60_000, 30_000, 20_000].map((share) => {
    const { picture, rest } = at(share);
    expect(Buffer.byteLength(picture + rest)).toBeLessThanOrEqual(share);
    return Buffer.byteLength(picture + rest);
  });
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(at(1e6).rest).not.toContain('no logs');
  expect(at(30_000).rest).toMatch(/Cut so that all runs fit into one page: [^<]*of 80 outages, no logs/);
  expect(at(0)).toMatchObject({ picture: '', rest: expect.stringContaining('There is no room') });
});

test('what a system says stays text in its run, too', () => {
  const { input, verdict, logs } = hostile();
  const { picture, rest } = runHtml(
    {
      view: reportView(input, verdict),
      verdict,
      logs: Object.entries(logs).map(([file, lines]) => ({ file, what: HOSTILE, lines: [...lines, HOSTILE] })),
    },
    { id: 'r', name: HOSTILE, width: 'page', share: 1e6 },
  );
  expect(malformation(picture)).toBeNull();
  expect(malformation(rest)).toBeNull();
  expect(picture + rest).not.toMatch(/<script|<img/);
  expect(rest).toContain('&lt;/script&gt;');
});

test('two hundred runs, with logs and with words without end, are a page of less than 10 MB', async () => {
  const planted = plant();
  const logs = { 'api.log': `1970-01-01T00:00:03.800Z ${'x'.repeat(1000)}\n`.repeat(500), 'db.log': 'y\n'.repeat(5000) };
  const claim = (i: number) => CLAIMS[i % CLAIMS.length]?.id ?? '9.1';
  const history = Array.from({ length: 12 }, (_, i) => run('pass', i + 1, { id: `before-${i}`, headline: 'long '.repeat(1000) }));
  const all = Array.from({ length: 200 }, (_, i) =>
    facts({ scenario: `scenario-${i}`, claim: claim(i), live: [playedRun(out, `run-${i}`, named(planted, `run-${i}`), logs)] }, [
      healthy(...history),
      twin(),
    ]),
  );
  const html = await pageOf(gate(all));
  expect(Buffer.byteLength(html)).toBeLessThan(10_000_000);
  expect(html.match(/<details class="seen"/g)).toHaveLength(200);
  expect(html.match(/<figure>/g)?.length).toBeGreaterThanOrEqual(200);
  expect(html).toContain('Cut so that all runs fit into one page');
  expect(malformation(html)).toBeNull();
  // Without its runs it is the same page.
  expect(gateHtml(gate(all)).match(/<article class="claim"/g)).toHaveLength(html.match(/<article class="claim"/g)?.length ?? 0);
}, 300_000);
