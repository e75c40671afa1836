import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { facts, gate, run, SAMPLE, SAMPLE_COVERAGE, SAMPLE_TRENDS } from '../../../fixtures/gates/sample.ts';
import { newGateFolder } from '../../gate/gate-folder.ts';
import { CLAIMS } from '../../model/claim.ts';
import { coverageLines } from '../coverage-text.ts';
import { gateConsole } from './console.ts';
import { gateCtrf } from './ctrf.ts';
import { annotations } from './github.ts';
import { gateHtml } from './html.ts';
import { type GateInput, principlesOf } from './input.ts';
import { gateJunit } from './junit.ts';
import { gateMarkdown } from './markdown.ts';
import { trendStrip } from './trend-svg.ts';
import { writeGate } from './write.ts';

const GATES = { gate: { claims: ['8.2', '9.1', '9.3', '9.5', '12.1', '12.2'] } };
const sample = gate(
  SAMPLE,
  {
    ...GATES,
    owners: { '9': 'the platform team' },
    waivers: [{ claim: '8.2', owner: 'ana', reason: 'the price service moves', expires: '2026-12-24' }],
  },
  {},
  { coverage: SAMPLE_COVERAGE, trends: SAMPLE_TRENDS },
);
const ctrf = (input: GateInput) =>
  JSON.parse(gateCtrf(input)).results as {
    summary: Record<string, number>;
    tests: { name: string; suite: string; status: string; message: string }[];
  };

test('the answer comes first, and says why; every claim and principle is in every format', () => {
  expect(sample.line).toMatch(
    /^exit 1: of 6 claims that gate, 2 proven, 1 not verified, 1 inconclusive, 1 failed, 1 waived; 9\.3 failed: database-failover@pause: /,
  );
  for (const text of [gateHtml(sample), gateMarkdown(sample), gateConsole(sample).join('\n'), gateJunit(sample), gateCtrf(sample)])
    for (const { name } of principlesOf(sample.claims)) expect(text).toContain(name);
  const html = gateHtml(sample);
  for (const { id } of CLAIMS) {
    expect(html).toContain(`>${id} `);
    expect(gateJunit(sample)).toContain(`name="${id} `);
  }
  expect(ctrf(sample).summary).toMatchObject({ tests: CLAIMS.length, passed: 2, failed: 1, other: 2 });
});

test('a console, a summary and annotations as a person reads them', () => {
  expect(gateConsole(sample).join('\n')).toMatchSnapshot();
  expect(gateMarkdown(sample)).toMatchSnapshot();
  expect(annotations(sample).join('\n')).toMatchSnapshot();
});

test('what broke turns exactly its own principle red, in every format', () => {
  const well = [
    facts({ scenario: 'api-dies', claim: '9.1' }),
    facts({ scenario: 'flood', claim: '12.1' }),
    facts({ scenario: 'slow', claim: '8.2' }),
  ];
  const only = { gate: { claims: ['9.1', '12.1', '8.2'] } };
  const broken = well.map((each) =>
    each.claim === '9.1' ? { ...each, live: [run('fail', 0, { headline: '53.09–53.59 % good · FAIL' })] } : each,
  );
  const [before, after] = [gate(well, only), gate(broken, only)];
  expect([before.code, after.code]).toEqual([0, 1]);
  const red = {
    html: (input: GateInput) =>
      [...gateHtml(input).matchAll(/<li class="principle"><h3><span class="n">(\d+)<\/span>(?:(?!<\/ul>)[\s\S])*?<li class="fail"/g)].map(
        ([, n]) => n,
      ),
    console: (input: GateInput) => gateConsole(input).flatMap((line) => /^✕ +(\d+) [A-Z]/.exec(line)?.[1] ?? []),
    markdown: (input: GateInput) => [...gateMarkdown(input).matchAll(/^\| ❌ \| (\d+) [A-Z]/gm)].map(([, n]) => n),
    junit: (input: GateInput) =>
      [...gateJunit(input).matchAll(/<testsuite name="(\d+) [^"]*" tests="\d+" failures="[1-9]/g)].map(([, n]) => n),
    ctrf: (input: GateInput) => ctrf(input).tests.flatMap(({ status, suite }) => (status === 'failed' ? [suite.split(' ')[0]] : [])),
    annotations: (input: GateInput) => annotations(input).flatMap((line) => /^::error title=(\d+)\./.exec(line)?.[1] ?? []),
  };
  for (const [format, of] of Object.entries(red)) {
    expect(of(before), format).toEqual([]);
    expect(of(after), format).toEqual(['9']);
  }
});

test('what a system says stays text in every format', () => {
  const hostile =
    '<script>alert(1)</script> " \' & \u001b[31mred\u001b[0m | @everyone ::error::pwned\n::error::twice =HYPERLINK("x") ]]> \u202eevil';
  const input = gate([facts({ scenario: 'evil', claim: '9.1', live: [run('fail', 0, { headline: hostile })] })], {
    waivers: [{ claim: '9.3', owner: hostile, reason: hostile, expires: '2027-01-01' }],
    owners: { '9.1': hostile },
    gate: { claims: ['9.1'] },
  });
  const html = gateHtml(input);
  expect(html).not.toContain('<script');
  expect(html).toContain("default-src 'none'");
  const all = [html, gateMarkdown(input), gateConsole(input).join('\n'), gateJunit(input), annotations(input).join('\n'), gateCtrf(input)];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about.
  for (const text of all.slice(0, 5)) expect(text).not.toMatch(/[\u001b\u202e]/);
  expect(annotations(input).every((line) => /^::(error|warning) title=[^:,\n]*::[^\n]*$/.test(line))).toBe(true);
  expect(annotations(input).join('\n').match(/^::/gm)?.length).toBe(annotations(input).length);
  expect(gateMarkdown(input)).not.toMatch(/<script|@everyone/);
  expect(gateJunit(input)).not.toMatch(/<script|]]>/);
  expect(() => JSON.parse(gateCtrf(input))).not.toThrow();
});

test('a claim whose recovery rests on a reference implementation says so, with each part once, as text', () => {
  const claims = [
    facts({ scenario: 'rolled-back', claim: '4.2', reference: 'the <b>deployer' }),
    facts({ scenario: 'rolled-back', variant: 'twice', claim: '4.2', reference: 'the <b>deployer' }),
    facts({ scenario: 'refused', claim: '4.2', reference: 'the gate' }),
    facts({ scenario: 'api-dies', claim: '9.1' }),
  ];
  const input = gate(claims, { gate: { claims: ['4.2'] } });
  const [html, markdown] = [gateHtml(input), gateMarkdown(input)];
  expect(html.match(/reference implementation/g)).toHaveLength(1);
  expect(html).toContain('reference implementation: the &lt;b&gt;deployer; the gate');
  expect(markdown.match(/reference implementation/g)).toHaveLength(1);
  expect(markdown).toContain('(reference implementation: the &lt;b>deployer; the gate)');
  expect(markdown).toMatch(/\| 9\.1 .*\(no release waits for it\) \|/);
});

test('ten annotations at most, worst first; a summary of at most a megabyte; a report of two hundred scenarios under ten', () => {
  const many = Array.from({ length: 200 }, (_, i) =>
    facts({
      scenario: `scenario-${i}`,
      claim: CLAIMS[i % CLAIMS.length]?.id ?? '9.1',
      live: [run(i % 3 === 0 ? 'fail' : 'pass', 0, { headline: `${'long '.repeat(1500)}${i}` })],
    }),
  );
  const input = gate(many);
  expect(annotations(input)).toHaveLength(10);
  expect(annotations(input).every((line) => line.startsWith('::error'))).toBe(true);
  expect(Buffer.byteLength(gateMarkdown(input))).toBeLessThanOrEqual(1 << 20);
  expect(gateMarkdown(input)).toMatch(/… cut: the rest is in report\.html\n$/);
  expect(Buffer.byteLength(gateHtml(input))).toBeLessThan(10 << 20);
});

test('a gate over nothing says so, and is not green', () => {
  const nothing = gate([]);
  expect(nothing.code).toBe(2);
  expect(gateHtml(nothing)).toMatch(/Nothing is known of any claim/);
  expect(nothing.line).toMatch(/^exit 2: of \d+ claims that gate, \d+ not verified; 1\.1 not verified: there is no scenario for it/);
});

test('what could not be healed, or was interrupted, comes before all claims', () => {
  const only = { gate: { claims: ['9.1'] } };
  expect(gate([facts({ live: [run('pass', 0, { exit_code: 4 })] })], only)).toMatchObject({
    code: 4,
    line: expect.stringMatching(/could not be healed/),
  });
  expect(gate([facts()], only, { interrupted: true })).toMatchObject({ code: 130, line: expect.stringMatching(/interrupted/) });
});

test('what scenarios reached stands beside the principle, with what to test next; what was measured on another state of the code is named and counts for nothing', () => {
  const html = gateHtml(sample);
  expect(html).toContain('lines 100 of 160 (62.5 %), handlers under fault 1 of 3 (33.3 %)');
  expect(html).toContain('2 handlers that no fault has ever reached');
  for (const text of ['system/api/main.ts:98', 'system/api/breaker.ts:33', '71-90', 'database-failover@kill', 'a process of it was killed'])
    expect(html).toContain(text);
  expect(gateMarkdown(sample)).toMatch(/\| 9 Redundant infrastructure \|[^\n]*\| 1 of 3 \(33\.3 %\) \|/);
  const none = gateHtml(gate(SAMPLE));
  expect(none).toContain('Nothing is known of what the services executed on this code');
  expect(coverageLines(sample.coverage.principles).join('\n')).toMatchSnapshot();
});

test('the grid and each claim have the worst figures beside their own promise, and whether it was kept; without one the figure alone', () => {
  const words = (html: string, from: RegExp) =>
    from
      .exec(html)?.[0]
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim();
  const figures = (input: GateInput, of: string) =>
    words(gateHtml(input), new RegExp(`${of}(?:(?!<ul class="figures")[\\s\\S])*?<ul class="figures"[\\s\\S]*?</ul>`))?.replace(
      /.*(?=worst RTO)/,
      '',
    );
  expect(figures(sample, '<span class="n">9</span>')).toBe(
    'worst RTO 6.90–7.10 s at most 15 s ✕ not met database-failover@pause worst RPO 3 of 12 804 writes at most 0 ✕ not met database-failover@pause',
  );
  expect(figures(sample, 'id="claim-9.1"')).toBe('worst RTO 6.90–7.10 s at most 15 s ✓ met worst RPO 0 of 12 804 writes at most 0 ✓ met');
  const free = gate([facts({ promised: { rto_s: [], writes: [] } })]);
  expect(figures(free, 'id="claim-9.1"')).toBe('worst RTO 6.90–7.10 s worst RPO 0 of 12 804 writes');
});

test('a trend over builds, with the promise across it', () => {
  const html = gateHtml(sample);
  expect(html).toContain('RTO over 23 runs of 3 builds, 0 to 16.40 s, promised 15 s');
  expect(html).toContain('writes lost in 1 of 23, at most 3');
  expect(trendStrip([])).toBe('');
  expect(trendStrip([run('pass'), run('fail', 1, { rto_s: [30, null] })])).toMatch(/class="bad"/);
  expect(trendStrip([run('pass'), run('pass', 1, { rto_s: null })])).toBe('');
});

test('a principle of which a claim that gates was never looked at is not good, whatever else of it holds; and that claim is named', () => {
  const only = { gate: { claims: ['9.1', '9.3'] } };
  const half = gate([facts({ claim: '9.1' })], only);
  expect(principlesOf(half.claims)[8]).toMatchObject({ n: 9, good: 1, tone: 'none' });
  expect(gateConsole(half).join('\n')).toMatch(/^· 9\.3 .*\(not verified\): there is no scenario for it$/m);
  const whole = gate([facts({ claim: '9.1' }), facts({ scenario: 'failover', claim: '9.3' })], only);
  expect(principlesOf(whole.claims)[8]).toMatchObject({ good: 2, tone: 'pass' });
});

test('what can be compared with another build is kept in standing.json: each handler, reached or not', async () => {
  const place = mkdtempSync(path.join(os.tmpdir(), 'faultline-gates-'));
  try {
    const reached = [
      {
        name: 'kill',
        scenarios: ['kill'],
        lines: { hit: 80, of: 120 },
        branches: { hit: 1, of: 2 },
        handlers: [{ file: 'api.ts', line: 98, what: 'catch', name: 'connect', reached: true }],
        not_told: 1,
      },
    ];
    expect(JSON.parse((await writeGate(place, { ...sample, reached }, {})).json).coverage).toEqual({ ...sample.coverage, reached });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});

test('a gate’s folder is its own: another of the same second, and a merge of its shards, lie beside it; a shard says nothing on the job’s page', async () => {
  const place = mkdtempSync(path.join(os.tmpdir(), 'faultline-gates-'));
  const summary = path.join(place, 'job.md');
  const env = { GITHUB_STEP_SUMMARY: summary, GITHUB_ACTIONS: 'true' };
  try {
    const shard = gate(SAMPLE, {}, { shard: { n: 2, of: 4 } });
    const names: string[] = [];
    for (const input of [shard, gate(SAMPLE), gate(SAMPLE)]) {
      const folder = newGateFolder(place, input.record);
      const { console: lines } = await writeGate(folder, input, input === shard ? env : {});
      if (input === shard) expect(lines.join('\n')).not.toContain('::error');
      names.push(path.basename(folder));
    }
    expect(names).toEqual(['gate-20261126-120000-2of4', 'gate-20261126-120000', 'gate-20261126-120000-2']);
    expect(existsSync(summary)).toBe(false);
    expect((await writeGate(place, gate(SAMPLE), env)).console.join('\n')).toContain('::error');
    expect(existsSync(summary)).toBe(true);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
