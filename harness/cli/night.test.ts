import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { asNobody } from '../../fixtures/as-nobody.ts';
import { removeSignalListeners } from '../../fixtures/signal-listeners.ts';
import { readEvidence } from '../evidence/store.ts';
import { readTrends } from '../evidence/trend.ts';
import { historyIn, recordFile } from '../gate/gate-folder.ts';
import { readGate } from '../gate/record.ts';
import { type Evidence, twinName } from '../model/evidence.ts';
import type { Plan } from '../model/plan.ts';
import { SharedSystems } from '../run/shared-systems.ts';
import { gateCommand } from './gate.ts';
import { mergeCommand } from './merge.ts';

/** What the catalogue has for two principles is played by nobody: what each run comes to is planted, and what a scenario rests on is its name. */
const night = vi.hoisted(() => ({
  runs: 0,
  played: [] as string[],
  /** How often the policy wants each sabotage to be played. */
  plays: 1,
  ctrlC: new AbortController(),
  /** What happens instead of this run of all: the process dies, somebody presses Ctrl-C, what it broke does not heal, or something else goes wrong just before. */
  happens: new Map<number, 'killed' | 'interrupted' | 'unhealed' | (() => void)>(),
  outcome: (_: { scenario: string; sabotage: string | null; nth: number }): 'pass' | 'fail' | 'inconclusive' => 'pass',
}));
vi.mock('../run/run.ts', () => ({
  run: (plan: Plan) => {
    night.runs += 1;
    const { scenario, variant, seed } = plan;
    const sabotage = plan.sabotage?.name ?? null;
    const name = `${scenario}${variant === null ? '' : `@${variant}`}${sabotage === null ? '' : ` with ${sabotage}`}`;
    const happens = night.happens.get(night.runs);
    // Nothing after it is written any more, as when the process is killed.
    if (happens === 'killed') throw new Killed('killed');
    if (happens === 'interrupted') night.ctrlC.abort();
    if (typeof happens === 'function') happens();
    if (happens !== 'interrupted') night.played.push(name);
    const outcome =
      happens === 'interrupted' || happens === 'unhealed'
        ? 'inconclusive'
        : night.outcome({ scenario, sabotage, nth: night.played.filter((each) => each === name).length });
    const reason = outcome === 'pass' ? 'held' : outcome === 'fail' ? (plan.sabotage?.reason ?? 'rto.over') : 'evidence.floor';
    const id = `run-${night.runs}-of-${process.pid}`;
    return Promise.resolve({
      folder: path.join(os.tmpdir(), id),
      verdict: {
        run: { id, seed, started_at: new Date().toISOString() },
        outcome,
        reason,
        exit_code: happens === 'interrupted' ? 130 : happens === 'unhealed' ? 4 : { pass: 0, fail: 1, inconclusive: 2 }[outcome],
        headline: `planted · ${outcome}`,
        objectives: [{ name: plan.sabotage?.objective ?? 'rto', kind: 'rto', objective: 'as planted', outcome, reason, measured: null }],
      },
    });
  },
}));
const { NotKept: Killed } = await vi.hoisted(async () => await import('../evidence/replace-json.ts'));
vi.mock('./play.ts', async (original) => ({ ...(await original<typeof import('./play.ts')>()), stopSignal: () => night.ctrlC.signal }));
vi.mock('./out.ts', () => ({ out: () => undefined }));
vi.mock('../report/console.ts', async (original) => ({
  ...(await original<typeof import('../report/console.ts')>()),
  finalLines: () => [],
}));
vi.mock('../runtime/docker/engine.ts', async (original) => ({
  ...(await original<typeof import('../runtime/docker/engine.ts')>()),
  engine: () => Promise.resolve({ ok: true }),
}));
vi.mock('../run/load.ts', async (original) => {
  const load = await original<typeof import('../run/load.ts')>();
  return {
    ...load,
    loadPolicy: async () => {
      const policy = await load.loadPolicy();
      return { ...policy, gate: { ...policy.gate, plays: night.plays } };
    },
  };
});
vi.mock('../evidence/rests-on.ts', async () => {
  const { createHash } = await import('node:crypto');
  return {
    restsOn: ({ id }: { id: string }, variant: string | null) =>
      Promise.resolve({ digest: createHash('sha256').update(`${id} ${variant}`).digest('hex'), parts: [] }),
  };
});

removeSignalListeners();

let place: string;
let said: string[];
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-night-'));
  said = [];
  Object.assign(night, { runs: 0, played: [], plays: 1, happens: new Map(), ctrlC: new AbortController(), outcome: asItShould });
  vi.stubEnv('GITHUB_STEP_SUMMARY', '');
  vi.stubEnv('GITHUB_ACTIONS', '');
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  rmSync(place, { recursive: true });
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const in_ = (...names: string[]) => path.join(place, ...names);
/** A healthy system passes, a sabotaged one fails; where chance shows it, at the third try. */
const asItShould: typeof night.outcome = ({ sabotage, nth }) =>
  sabotage === null ? 'pass' : sabotage === 'patroni-3-0-2' && nth < 3 ? 'pass' : 'fail';
const times = () => new Map([...new Set(night.played)].map((name) => [name, night.played.filter((each) => each === name)]));
/** How often it takes to know how a twin ends: where chance shows its weakness, until it did, and the healthy one as often as it could have. */
const needed = (name: string) =>
  name.endsWith(' with patroni-3-0-2') ? 3 : name === 'database-failover-keeps-acknowledged-orders@pause' ? 20 : 1;
/** Enough of the catalogue to be divided, and to have twins of every sort. */
const PRINCIPLES = ['--principle', '9', '--principle', '12'];
/** Starts a night, or a part of one, on a machine of its own; `null` where the process was killed. */
async function play(machine: string, ...words: string[]): Promise<number | null> {
  const asked = words.includes('--principle') ? [] : PRINCIPLES;
  night.ctrlC = new AbortController();
  try {
    return await gateCommand(['--profile', 'full', '--history', in_(machine, 'history'), '--out', in_(machine), ...asked, ...words]);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('killed')) return null;
    throw error;
  }
}
const gates = (machine: string) =>
  readdirSync(in_(machine))
    .filter((name) => name.startsWith('gate-'))
    .map((name) => in_(machine, name));
const only = (machine: string) => {
  const [gate, ...others] = gates(machine);
  expect(others).toEqual([]);
  return gate ?? 'nowhere';
};
const merge = (parts: readonly string[], ...words: string[]) =>
  mergeCommand([...parts, '--history', in_('kept'), '--out', in_('answer'), ...words]);
const standings = (gate: string) =>
  readJson<{ claims: { claim: string; standing: string }[] }>(path.join(gate, 'standing.json')).claims.map(
    ({ claim, standing }) => `${claim} ${standing}`,
  );
function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

describe('a night in two shards, each killed, interrupted and started again', () => {
  async function played(): Promise<readonly string[]> {
    for (const [machine, shard] of [
      ['one', '1/2'],
      ['two', '2/2'],
    ] as const) {
      const before = night.runs;
      night.happens.set(before + 4, 'killed');
      night.happens.set(before + 8, 'interrupted');
      expect(await play(machine, '--shard', shard)).toBe(null);
      expect(readGate(recordFile(only(machine)))).toMatchObject({ interrupted: true, runs: { length: 3 } });
      expect(await play(machine, '--shard', shard)).toBe(130);
      expect(await play(machine, '--shard', shard)).not.toBe(130);
      expect(said.join('')).toMatch(/goes on with .*gate-\S+: \d+ of \d+ are on the record/);
    }
    return [only('one'), only('two')];
  }

  /** Both shards, whole: played once, for all who only spoil them. */
  let whole: string | null = null;
  afterAll(() => {
    if (whole !== null) rmSync(whole, { recursive: true });
  });
  async function twoParts(): Promise<readonly [string, string]> {
    if (whole === null) {
      await play('one', '--shard', '1/2');
      await play('two', '--shard', '2/2');
      whole = mkdtempSync(path.join(os.tmpdir(), 'faultline-nights-'));
      cpSync(place, whole, { recursive: true });
    } else cpSync(whole, place, { recursive: true });
    return [only('one'), only('two')];
  }

  test('plays everything, nothing twice, and comes to what a night in one piece comes to; its evidence is in one folder', async () => {
    // One that fails, one whose weakness nobody sees, and one that comes to nothing.
    night.outcome = ({ scenario, sabotage, nth }) =>
      scenario === 'zone-loss-keeps-acknowledged-orders' && sabotage === null
        ? 'fail'
        : sabotage === 'no-rate-limit'
          ? 'pass'
          : scenario === 'lost-lock-store-loses-no-order' && sabotage === null
            ? 'inconclusive'
            : asItShould({ scenario, sabotage, nth });
    const parts = await played();
    const { steps } = readGate(recordFile(parts[0] ?? ''));
    expect([...times().keys()].toSorted()).toEqual(steps.map(twinName).toSorted());
    for (const [name, { length }] of times()) expect(length, name).toBe(needed(name));

    const inShards = [await merge(parts, '--keep'), standings(only('answer'))];
    const kept = readEvidence(in_('kept'));
    expect([...kept.values()].flatMap(({ twins }) => twins.flatMap(({ runs }) => runs))).toHaveLength(night.played.length);
    expect(kept.get('zone-loss-keeps-acknowledged-orders')?.twins[0]).toMatchObject({ proven: false, runs: [{ outcome: 'fail' }] });
    expect(readTrends(in_('kept')).size).toBeGreaterThan(10);
    expect(readEvidence(historyIn(only('answer')))).toEqual(kept);
    // Once more, and the other way round: nothing becomes more.
    await merge([...parts].reverse(), '--keep');
    expect(readEvidence(in_('kept'))).toEqual(kept);

    // What is on the record is played by no later night either; what came to nothing is.
    night.played.length = 0;
    await play('one', '--history', in_('kept'));
    expect(night.played).toEqual(['lost-lock-store-loses-no-order']);
    expect(await play('whole')).toBe(inShards[0]);
    expect(standings(only('whole'))).toEqual(inShards[1]);
    expect(inShards).toMatchObject([1, expect.arrayContaining(['9.4 failed', '12.1 inconclusive', '9.5 proven'])]);
  }, 240_000);

  test.each<[string, RegExp, (one: string, two: string) => void]>([
    [
      'a run that failed was taken out of the evidence',
      /its run \S+ of \S+ is not as it came out in the evidence/,
      (_, two) => {
        const [name] = [...readEvidence(historyIn(two)).keys()];
        rmSync(path.join(historyIn(two), name ?? '', 'evidence.json'));
      },
    ],
    ['a part without its evidence', /bring the shard's whole folder/, (one) => rmSync(historyIn(one), { recursive: true })],
    [
      'one run, told in two ways',
      /run \S+ is another there than where else it is kept/,
      (one, two) => {
        // A twin that the first part has played, in the evidence of the second as well, whether that has twins of its variant or none.
        const name = [...readEvidence(historyIn(one)).keys()][0] ?? 'nowhere';
        const [told, file] = [one, two].map((part) => path.join(historyIn(part), name, 'evidence.json'));
        const { twins, ...rest } = readJson<Evidence>(told ?? '');
        const others = existsSync(file ?? '') ? readJson<Evidence>(file ?? '').twins : [];
        const another = twins.map((twin) => ({ ...twin, runs: twin.runs.map((run) => ({ ...run, headline: 'planted well' })) }));
        mkdirSync(path.dirname(file ?? ''), { recursive: true });
        writeFileSync(file ?? '', JSON.stringify({ ...rest, twins: [...others, ...another] }));
      },
    ],
    ['evidence that was cut short', /cannot be read as evidence/, (one) => cut(historyIn(one), 'evidence.json')],
    ['a trend that was cut short', /cannot be read as a trend/, (one) => cut(historyIn(one), 'trend.json')],
    [
      'a part of another commit',
      /no shards of one gate: their commit differs/,
      (one) => edit(recordFile(one), /"commit": "/, '"commit": "other '),
    ],
    ['a part is missing', /shard 2 of 2 is missing/, (_, two) => rmSync(two, { recursive: true })],
    [
      'a run that two parts say they have played',
      /overlap: run \S+ is in both/,
      (one, two) => {
        const [mine, other] = [readGate(recordFile(one)), readGate(recordFile(two))];
        writeFileSync(recordFile(two), JSON.stringify({ ...other, runs: [...other.runs, ...mine.runs] }));
      },
    ],
  ])(
    '%s: refused, and nothing is kept',
    async (_, refusal, spoil) => {
      const [one, two] = await twoParts();
      spoil(one, two);
      await expect(merge([one, two].filter(existsSync), '--keep')).rejects.toThrow(refusal);
      expect(existsSync(in_('kept'))).toBe(false);
      expect(existsSync(in_('answer')) ? gates('answer') : []).toEqual([]);
    },
    120_000,
  );

  test.each<[string, number, number, (run: number) => void]>([
    ['left something that could not be healed', 4, 1, (run) => night.happens.set(run, 'unhealed')],
    [
      'could not take down what it had stood up',
      4,
      0,
      () => vi.spyOn(SharedSystems.prototype, 'close').mockRejectedValueOnce(new Error('shared-1 is not all gone: a network')),
    ],
    [
      'had a run that could not be played',
      2,
      0,
      (run) =>
        night.happens.set(run, () => {
          throw new Error('no such image');
        }),
    ],
  ])(
    'a part that %s is started again: it goes on in its folder, and is put together with the other',
    async (_, code, twice, spoil) => {
      await play('two', '--shard', '2/2');
      spoil(night.runs + 2);
      expect(await play('one', '--shard', '1/2')).toBe(code);
      expect(await play('one', '--shard', '1/2')).not.toBe(4);
      const parts = [only('one'), only('two')];
      const { steps, runs } = readGate(recordFile(only('one')));
      expect([...times().keys()].toSorted()).toEqual(steps.map(twinName).toSorted());
      expect([...times()].filter(([name, { length }]) => length > needed(name))).toHaveLength(twice);
      expect(runs.filter(({ run }) => run.exit_code === 4)).toEqual([]);
      // What came to nothing stays in the evidence, and is on no record of a gate any more.
      expect([...readEvidence(historyIn(only('one'))).values()].flatMap(({ twins }) => twins.flatMap((twin) => twin.runs))).toHaveLength(
        runs.length + twice,
      );
      const together = [await merge(parts, '--keep'), standings(only('answer'))];
      night.played.length = 0;
      expect([await play('whole'), standings(only('whole'))]).toEqual(together);
    },
    240_000,
  );

  test('a part that was ended is never green, and its evidence is not lost', async () => {
    night.happens.set(3, 'interrupted');
    expect(await play('one', '--shard', '1/2')).toBe(130);
    await play('two', '--shard', '2/2');
    expect(await merge([only('one'), only('two')], '--keep')).toBe(130);
    expect([...readEvidence(in_('kept')).values()].flatMap(({ twins }) => twins.flatMap(({ runs }) => runs))).toHaveLength(
      night.played.length,
    );
  }, 120_000);
});

test('a sabotage is played as often as the policy wants; ended between two of its runs, as often as is left', async () => {
  night.plays = 3;
  // By far the most of what principle 12 plays are sabotages.
  const part = ['--principle', '12', '--principle', '12', '--shard', '1/2'];
  night.happens.set(3, 'killed');
  expect(await play('one', ...part)).toBe(null);
  expect(await play('one', ...part)).not.toBe(3);
  expect(said.join('')).toMatch(/with \S+ on docker, 3 times, about/);
  expect(night.played.some((name) => name.includes(' with '))).toBe(true);
  for (const [name, { length }] of times()) expect(length, name).toBe(name.includes(' with ') ? 3 : 1);
  const { principles, steps } = readGate(recordFile(only('one')));
  expect([principles, new Set(steps.map(({ claim }) => claim?.split('.')[0]))]).toEqual([[12], new Set(['12'])]);
}, 120_000);

test('what came to something else than it should is played no more, also where the night goes on', async () => {
  night.plays = 3;
  const part = ['--principle', '12'];
  night.outcome = ({ scenario, sabotage, nth }) =>
    scenario === 'flood-does-not-keep-users-out' && sabotage !== null
      ? nth === 2
        ? 'pass'
        : 'fail'
      : asItShould({ scenario, sabotage, nth });
  night.happens.set(5, 'killed');
  expect(await play('one', ...part)).toBe(null);
  await play('one', ...part);
  expect(times().get('flood-does-not-keep-users-out with no-rate-limit')).toHaveLength(2);
  expect(standings(only('one'))).toContain('12.1 inconclusive');
  // What another machine has shown meanwhile is not played again here.
  night.happens.set(night.runs + 2, 'killed');
  expect(await play('two', ...part)).toBe(null);
  cpSync(in_('one', 'history'), in_('two', 'history'), { recursive: true });
  night.played.length = 0;
  await play('two', ...part);
  expect(night.played).toEqual([]);
}, 120_000);

test('--repeat-each: every twin so often', async () => {
  night.happens.set(2, 'killed');
  expect(await play('one', '--repeat-each', '2', '--shard', '1/30')).toBe(null);
  // What would be played is said, and nothing is.
  expect(await play('one', '--repeat-each', '2', '--shard', '1/30', '--dry-run')).toBe(0);
  expect([night.played.length, said.join('')]).toEqual([
    1,
    expect.stringMatching(/goes on with \S+1of30: 0 of \d are on the record\n.* to play/),
  ]);
  await play('one', '--repeat-each', '2', '--shard', '1/30');
  expect(night.played.length).toBeGreaterThan(0);
  for (const [name, { length }] of times()) expect(length, name).toBe(2);
  expect(only('one')).toContain('1of30');
}, 120_000);

test('a night on other code, of another part, or that came to its end, is begun anew', async () => {
  night.happens.set(2, 'interrupted');
  await play('one', '--shard', '1/2');
  await play('one', '--shard', '2/2');
  expect(gates('one')).toHaveLength(2);
  edit(recordFile(gates('one').find((each) => each.includes('1of2')) ?? ''), /"[0-9a-f]{64}"/, `"${'0'.repeat(64)}"`);
  await play('one', '--shard', '1/2');
  expect(gates('one')).toHaveLength(3);
  await play('one', '--shard', '1/2');
  expect(gates('one')).toHaveLength(4);
}, 120_000);

test('a history that cannot be written in the middle of the night: it ends, says where what was played lies, and goes on when that is mended', async () => {
  const inTheWay = in_('one/history/flood-does-not-keep-users-out');
  night.happens.set(3, () => writeFileSync(inTheWay, ''));
  await expect(play('one')).rejects.toThrow(
    /flood-does-not-keep-users-out.* cannot be written, and is as it was: .*; what was played so far lies in .*gate-/s,
  );
  const runs = night.played.length;
  expect(readGate(recordFile(only('one')))).toMatchObject({ interrupted: true, runs: { length: runs } });
  rmSync(inTheWay);
  await play('one');
  for (const [name, { length }] of times()) expect(length, name).toBe(needed(name));
  expect([...readEvidence(in_('one/history')).values()].flatMap(({ twins }) => twins.flatMap(({ runs: all }) => all))).toHaveLength(
    night.played.length,
  );
}, 120_000);

test.each<[string, RegExp, () => void]>([
  [
    'is no folder',
    /history cannot be read as a history: ENOTDIR.*; name another folder with --history/,
    () => writeFileSync(in_('one/history'), ''),
  ],
  [
    'is read-only',
    /--history \S+history cannot be written: EACCES.*; name another folder with --history/,
    () => mkdirSync(in_('one/history'), { mode: 0o555 }),
  ],
  [
    'is read-only where a variant lies',
    /--history \S+history cannot be written: EACCES.*flood-does-not-keep-users-out/,
    () => {
      mkdirSync(in_('one/history'), { mode: 0o777 });
      chmodSync(in_('one/history'), 0o777);
      mkdirSync(in_('one/history/flood-does-not-keep-users-out'), { mode: 0o555 });
    },
  ],
])(
  'a history that %s is told before anything is played',
  async (_, refusal, spoil) => {
    mkdirSync(in_('one'));
    for (const each of [place, in_('one')]) chmodSync(each, 0o777);
    spoil();
    await asNobody(() => expect(play('one')).rejects.toThrow(refusal));
    expect([night.runs, gates('one')]).toEqual([0, []]);
  },
  60_000,
);

function edit(file: string, what: string | RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const edited = text.replace(what, to);
  expect(edited).not.toBe(text);
  writeFileSync(file, edited);
}

function cut(history: string, name: string): void {
  const folder = readdirSync(history).find((each) => existsSync(path.join(history, each, name))) ?? 'nowhere';
  const file = path.join(history, folder, name);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -20));
}
