import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../../fixtures/gates/sample.ts';
import { GateRecord } from '../model/gate.ts';
import { scenarioFiles } from '../run/load.ts';
import { ROOT } from '../runtime/root.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-gate-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function faultline(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [path.join(ROOT, 'harness/cli/bin.js'), ...words],
      { cwd: place, env: { ...process.env, GITHUB_STEP_SUMMARY: '', GITHUB_ACTIONS: '' } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
const write = (name: string, text: string) => {
  mkdirSync(path.dirname(path.join(place, name)), { recursive: true });
  writeFileSync(path.join(place, name), text);
};

test('before it starts it says what would be played, what not, and why', async () => {
  const { code, stderr } = await faultline('gate', '--dry-run', '--history', place, '--out', place);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^gate, profile gate: \d+ to play, about \d+ min$/m);
  // Each of the catalogue that claims something is told of: with an engine as many are played as time is for; without one it says so.
  const told = /^ {2}(?:plays {3}([\w-]+)(?:@\S+)? on docker, about \d+ (?:s|min)|leaves {2}([\w-]+)(?:@\S+)?): \S.+$/gm;
  const names = new Set([...stderr.matchAll(told)].map(([, played, left]) => played ?? left));
  expect([...names].toSorted()).toEqual([...scenarioFiles().keys()].filter((id) => id !== 'quickstart').toSorted());
  expect(stderr).toMatch(
    /^ {2}(plays {3}\S+ on docker, about \d+ (s|min): not verified: it was never shown|leaves {2}\S+: not verified: .+)$/m,
  );
}, 60_000);

test('a gate over nothing is exit 2, and its reports say so; all thirteen principles are there', async () => {
  write('history/nothing', '');
  // One of more machines than there is something to play.
  const { code, stdout, stderr } = await faultline('gate', '--shard', '90/90', '--history', path.join(place, 'history'), '--out', place);
  expect(stderr).toMatch(/^gate, profile gate: 0( of \d+)? to play/m);
  expect(code).toBe(2);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/^exit 2: of \d+ claims that gate, \d+ not verified; \S+ not verified: /);
  expect(stdout).toMatch(/^· +13 Incremental rollout +···· +0 of 4 hold$/m);
  const folder = path.resolve(place, /^report {2}(.*)\/report\.html$/m.exec(stdout)?.[1] ?? 'nowhere');
  for (const [name, text] of [
    ['report.html', 'NOT KNOWN'],
    ['summary.md', 'Faultline gate: exit 2'],
    ['junit.xml', '<error type="not verified"'],
    ['ctrf.json', '"reportFormat": "CTRF"'],
    ['standing.json', '"exit_code": 2'],
  ] as const)
    expect(readFileSync(path.join(folder, name), 'utf8'), name).toContain(text);
}, 120_000);

test('shards: together they are the gate; what overlaps, is missing, is of another gate or of other code is refused', async () => {
  const record = (n: number, change: Partial<GateRecord> = {}): string => {
    const step = { scenario: `s${n}`, variant: null, sabotage: null, claim: '9.1', runtime: 'docker', expected_s: 60, why: 'never shown' };
    const one: GateRecord = {
      format: 1,
      kind: 'faultline.gate',
      at: '2026-11-26T12:00:00.000Z',
      commit: 'c',
      profile: 'gate',
      changed_since: null,
      shard: { n, of: 2 },
      steps: [],
      left: [],
      digests: { elsewhere: 'f'.repeat(64) },
      runs: [{ step, run: run('pass', 0, { id: `run of ${n}` }) }],
      interrupted: false,
      ...change,
    };
    const name = `shard-${Math.random().toString(36).slice(2)}`;
    write(`${name}/gate.json`, JSON.stringify(GateRecord.parse(one)));
    return path.join(place, name);
  };
  const merge = async (...folders: string[]) => await faultline('merge', ...folders, '--out', place, '--history', place);
  for (const [folders, said] of [
    [[], /merge takes the folders of all shards/],
    [[record(1), record(1)], /are both shard 1 of 2/],
    [[record(1)], /shard 2 of 2 is missing/],
    [[record(2), record(1)], /other code than what lies here/],
    [[record(1), record(2, { commit: 'd' })], /no shards of one gate: their commit differs/],
    [[record(1), record(2, { profile: 'full' })], /no shards of one gate: their profile differs/],
    [[record(1), record(2, { principles: [9] })], /no shards of one gate: their profile differs/],
    [[record(1), record(2, { shard: { n: 2, of: 3 } })], /no shards of one gate: their number of shards differs/],
    [[path.join(place, 'nowhere')], /cannot be read as what a gate came to/],
  ] as const) {
    const { code, stderr } = await merge(...folders);
    expect(stderr).toMatch(said);
    expect(code).toBe(3);
  }
  write('half/gate.json', readFileSync(path.join(record(1), 'gate.json'), 'utf8').slice(0, 200));
  write('newer/gate.json', JSON.stringify({ format: 2 }));
  expect((await merge(path.join(place, 'half'))).stderr).toMatch(/cannot be read as what a gate came to/);
  expect((await merge(path.join(place, 'newer'))).stderr).toMatch(/has format 2; this Faultline reads up to 1/);
}, 120_000);

test.each<[string, string[], RegExp]>([
  ['a profile that is none', ['gate', '--profile', 'nightly'], /--profile takes smoke, gate, full, not "nightly"/],
  ['a shard beyond the last', ['gate', '--shard', '5/4'], /--shard takes one of several, for example "2\/4", not "5\/4"/],
  ['shard 0', ['gate', '--shard', '0/4'], /--shard takes one of several/],
  ['a revision that is none', ['gate', '--changed-since', 'no-such-revision'], /--changed-since no-such-revision: /],
  ['a revision that would be an option', ['gate', '--changed-since=--output=/tmp/x'], /--changed-since --output=\/tmp\/x: /],
  ['a principle beyond the last', ['gate', '--principle', '9', '--principle', '14'], /there are 13 principles, and no principle 14/],
  ['a word', ['gate', 'quickstart'], /gate takes no "quickstart"/],
  ['one folder to compare', ['compare', '.'], /compare takes two folders/],
  ['folders of nothing', ['compare', '.', '.'], /is neither the folder of a gate .* nor of a run/],
])('bad input: %s; exit 3, and nothing was started', async (_, words, said) => {
  const { code, stderr } = await faultline(...words);
  expect(stderr).toMatch(said);
  expect(stderr).toMatch(/exit 3: nothing was started/);
  expect(code).toBe(3);
});

test.each<[string, string, RegExp]>([
  ['a policy that gates a claim that is none', "gate: { claims: ['9.99'] }", /gate\.claims[\s\S]*there is no claim "9\.99"/],
  [
    'a waiver of a claim that is none',
    "waivers: [{ claim: '14.1', owner: 'a', reason: 'b', expires: '2027-01-01' }]",
    /waivers\.0\.claim: there is no claim "14\.1"/,
  ],
  ['a waiver without a reason', "waivers: [{ claim: '9.1', owner: 'a', reason: '', expires: '2027-01-01' }]", /waivers\.0\.reason/],
  ['a waiver without a day', "waivers: [{ claim: '9.1', owner: 'a', reason: 'b', expires: 'soon' }]", /waivers\.0\.expires/],
  ['a gate over no claim', 'gate: { claims: [] }', /gate\.claims/],
])('bad input: %s; exit 3, told with its place', async (_, text, said) => {
  write('faultline.config.js', `export default { ${text} };`);
  const { code, stderr } = await faultline('gate', '--dry-run', '--history', place, '--out', place);
  expect(stderr).toMatch(said);
  expect(code).toBe(3);
});

test('claims of one’s own are listed, also without a scenario; a scenario that claims what nobody declared proves nothing', async () => {
  write('faultline.config.js', "export default { claims: [{ id: '9.90', principle: 9, title: 'Losing the till is no outage' }] };");
  const { stdout } = await faultline('list', '--claims');
  expect(stdout).toMatch(/^9\.7 .*\n9\.90 {3}Losing the till is no outage\n10\.1 /m);
  const base = path.join(ROOT, 'fixtures/scenarios/undecided.ts');
  const prove = async (name: string, claimed: string) => {
    write(name, `import base from '${base}';\nexport default { ...base, ${claimed} };`);
    return await faultline('prove', `./${name}`, '--history', place);
  };
  const { code, stderr } = await prove('till.ts', "principle: 9, claim: '9.91'");
  expect(stderr).toMatch(
    /till\.ts is no scenario of this project:\n {2}claim: there is no claim "9\.91"[\s\S]*exit 3: nothing was started/,
  );
  expect(code).toBe(3);
  expect((await prove('elsewhere.ts', "principle: 8, claim: '9.90'")).stderr).toMatch(
    / {2}principle: 9\.90 belongs to principle 9, not 8\n/,
  );
}, 60_000);

test('compare tells of coverage, too, by what two gates kept: a handler that one of them reached, by file and line', async () => {
  const gate = (name: string, reached: boolean, more: object = {}) => {
    const handlers = [{ file: 'api.ts', line: 98, what: 'catch', name: 'connect', reached }];
    const one = { name: 'kill', scenarios: ['kill'], lines: { hit: 80, of: 120 }, branches: { hit: 1, of: 2 }, handlers, not_told: 0 };
    const coverage = { principles: [], stale: [], reached: [one], ...more };
    write(`${name}/standing.json`, JSON.stringify({ kind: 'faultline.standing', claims: [], coverage }));
    return name;
  };
  const { code, stdout } = await faultline('compare', gate('a', false), gate('b', true));
  expect(stdout).toMatch(/^≠ kill +coverage changed: lines 80 of 120; branches 1 of 2; handlers that a fault reached 0 of 1, now 1 of 1$/m);
  expect(stdout).toMatch(/^ {4}only now: api\.ts:98 catch in connect$/m);
  expect(stdout.trim().split('\n').at(-1)).toBe('exit 0: 0 worse, 0 better, 1 changed, 0 not changed, 0 cannot say');
  expect(code).toBe(0);
  const stale = await faultline('compare', gate('a', true), gate('b', true, { reached: [], stale: ['kill'] }));
  expect(stale.stdout).toMatch(/^\? kill +coverage cannot say: now kill was measured on another state of the code$/m);
  expect(stale.code).toBe(2);
  // What a gate of before wrote.
  expect((await faultline('compare', gate('a', true, { reached: undefined }), 'b')).code).toBe(2);
}, 60_000);

test('bad input: evidence that was cut short, or moved by hand', async () => {
  write('history/quickstart/evidence.json', '{ "format": 1');
  const { code, stderr } = await faultline('gate', '--dry-run', '--history', path.join(place, 'history'), '--out', place);
  expect(stderr).toMatch(/evidence\.json cannot be read as evidence/);
  expect(code).toBe(3);
});
