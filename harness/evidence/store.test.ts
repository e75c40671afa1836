import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { joinHistories } from '../gate/join-histories.ts';
import { type Evidence, nameOf, type TwinEvidence } from '../model/evidence.ts';
import { NotKept } from './replace-json.ts';
import { EVIDENCE, keepEvidence, readEvidence } from './store.ts';
import { keepTrend, readTrends } from './trend.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-evidence-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const twin = (sabotage: string | null, headline = 'RTO 1–2 s · PASS'): TwinEvidence => ({
  sabotage,
  wanted: sabotage === null ? 'pass' : 'rto fails with rto.over',
  within: null,
  proven: true,
  runs: [
    {
      id: headline,
      seed: 1,
      at: '2026-11-26T00:00:00.000Z',
      took_s: 40,
      outcome: sabotage === null ? 'pass' : 'fail',
      reason: sabotage === null ? 'held' : 'rto.over',
      exit_code: sabotage === null ? 0 : 1,
      headline,
      as_wanted: true,
      rto_s: [1, 2],
      rpo: null,
    },
  ],
});
const shown = (digest: string, ...twins: TwinEvidence[]): Evidence => ({
  format: 1,
  kind: 'faultline.evidence',
  scenario: 'lost-server',
  variant: 'kill',
  principle: 9,
  claim: '9.1',
  runtime: 'docker',
  digest: digest.repeat(64),
  commit: 'abc',
  objectives: { rto: '≤ 5 s, unaided' },
  twins,
});
const twins = () =>
  readEvidence(folder)
    .get('lost-server@kill')
    ?.twins.map(({ sabotage }) => sabotage);

test('twins that were played apart on the same code stand together; on other code, what was shown before is gone', () => {
  expect(readEvidence(path.join(folder, 'nowhere')).size).toBe(0);
  keepEvidence(shown('a', twin('weak')), folder);
  keepEvidence(shown('a', twin(null)), folder);
  expect(twins()).toEqual([null, 'weak']);
  keepEvidence(shown('a', twin('weak', 'again')), folder);
  expect(twins()).toEqual([null, 'weak']);
  expect(
    readEvidence(folder)
      .get('lost-server@kill')
      ?.twins[1]?.runs.map(({ headline }) => headline),
  ).toEqual(['RTO 1–2 s · PASS', 'again']);
  keepEvidence({ ...shown('a', twin(null)), runtime: 'process' }, folder);
  expect(twins()).toEqual([null]);
  keepEvidence(shown('b', twin('other')), folder);
  expect(twins()).toEqual(['other']);
});

test('every run on this code stays: what failed, however often it passes afterwards, and what came to nothing, which shows nothing', () => {
  const ended = (id: string, outcome: 'pass' | 'fail' | 'inconclusive'): TwinEvidence => {
    const one = twin(null, id);
    return { ...one, proven: outcome === 'pass', runs: one.runs.map((run) => ({ ...run, outcome, as_wanted: outcome === 'pass' })) };
  };
  const kept = () => readEvidence(folder).get('lost-server@kill')?.twins[0];
  keepEvidence(shown('a', ended('1', 'inconclusive')), folder);
  expect(kept()).toMatchObject({ proven: false });
  keepEvidence(shown('a', ended('2', 'pass')), folder);
  expect(kept()).toMatchObject({ proven: true, runs: [{ id: '1' }, { id: '2' }] });
  keepEvidence(shown('a', ended('3', 'fail')), folder);
  keepEvidence(shown('a', ended('4', 'pass')), folder);
  expect(kept()).toMatchObject({ proven: false, runs: [{ id: '1' }, { id: '2' }, { id: '3' }, { id: '4' }] });
  keepEvidence(shown('b', ended('5', 'pass')), folder);
  expect(kept()).toMatchObject({ proven: true, runs: [{ id: '5' }] });
});

test('what chance shows once was shown', () => {
  const rare = (id: string, proven: boolean): TwinEvidence => {
    const one = twin('weak', id);
    return { ...one, within: 20, proven, runs: one.runs.map((run) => ({ ...run, as_wanted: proven })) };
  };
  keepEvidence(shown('a', rare('1', true)), folder);
  keepEvidence(shown('a', rare('2', false)), folder);
  expect(readEvidence(folder).get('lost-server@kill')?.twins[0]).toMatchObject({ proven: true });
});

test('bad input: cut short, of another kind, under another name', () => {
  const file = keepEvidence(shown('a', twin(null)), folder);
  const text = readFileSync(file, 'utf8');
  mkdirSync(path.join(folder, 'other'));
  renameSync(file, path.join(folder, 'other', 'evidence.json'));
  expect(() => readEvidence(folder)).toThrow(/is evidence of lost-server@kill, not of other/);
  rmSync(path.join(folder, 'other'), { recursive: true });
  for (const [damaged, said] of [
    [text.slice(0, -20), /cannot be read as evidence/],
    [text.replace('faultline.evidence', 'faultline.plan'), /is no evidence: kind/],
    [text.replace('"format": 1', '"format": 2'), /is no evidence: format/],
  ] as const) {
    writeFileSync(file, damaged);
    expect(() => readEvidence(folder)).toThrow(said);
  }
});

test('a variant is part of the name', () => {
  expect([nameOf('a', null), nameOf('a', 'b')]).toEqual(['a', 'a@b']);
});

describe('what two folders keep, as one', () => {
  const at = (n: number) => `2026-11-26T00:00:0${n}.000Z`;
  const ended = (n: number, outcome: 'pass' | 'fail'): TwinEvidence => {
    const one = twin(null, `run ${n}`);
    return {
      ...one,
      proven: outcome === 'pass',
      runs: one.runs.map((run) => ({ ...run, at: at(n), outcome, as_wanted: outcome === 'pass' })),
    };
  };
  const how = { current: 'a'.repeat(64), where: 'b/evidence.json' };
  const join = (all: readonly Evidence[]) => all.reduce((a, b) => EVIDENCE.join(a, b, how));

  test('on the same code: all runs of both, each once, oldest first, in whatever order they come; a failure stays one', () => {
    const all = [
      { ...shown('a', ended(1, 'pass'), twin('weak')), commit: 'one' },
      { ...shown('a', ended(3, 'pass')), commit: 'three' },
      { ...shown('a', ended(2, 'fail')), commit: 'two' },
      shown('b', ended(9, 'pass')),
    ];
    const whole = join(all);
    expect(whole).toMatchObject({
      commit: 'three',
      twins: [{ proven: false, runs: [{ at: at(1) }, { at: at(2) }, { at: at(3) }] }, { sabotage: 'weak' }],
    });
    fc.assert(
      fc.property(fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }), (some) => {
        expect(join(some)).toEqual(whole);
      }),
    );
  });

  test('on other code: what was shown on the code as it is now; where that is neither, what was there first', () => {
    const [now, before, other] = [shown('a', twin(null)), shown('b', twin(null)), shown('c', twin(null))];
    expect([join([now, before]), join([before, now]), join([before, other]), join([other, before])]).toEqual([now, now, before, other]);
    expect(join([before, { ...before, runtime: 'process' }])).toEqual(before);
  });

  test('one run that is told in two ways is an error that names the file', () => {
    expect(() => join([shown('a', ended(1, 'fail')), shown('a', { ...ended(1, 'pass') })])).toThrow(
      'b/evidence.json: run run 1 is another there than where else it is kept: one of the two was edited',
    );
  });
});

describe('several processes that keep at once', () => {
  const RUNS = 40;
  /** What a process does `RUNS` times, as code that knows `n`, `folder` and what it imports. */
  const keeping = (name: string, keeps: string) => {
    const from = (file: string) => JSON.stringify(path.join(import.meta.dirname, file));
    const program = `
      const { keepEvidence } = await import(${from('store.ts')});
      const { keepTrend } = await import(${from('trend.ts')});
      const { joinHistories } = await import(${from('../gate/join-histories.ts')});
      const folder = ${JSON.stringify(folder)};
      const sample = ${JSON.stringify(shown('a', twin(null)))};
      const evidence = (n) => ({
        ...sample,
        twins: [{ ...sample.twins[0], runs: [{ ...sample.twins[0].runs[0], id: ${JSON.stringify(name)} + n, at: new Date(1.8e12 + n).toISOString() }] }],
      });
      for (let n = 0; n < ${RUNS}; n++) { ${keeps} }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return once(child, 'exit').then(([code]) => (code === 0 ? '' : said));
  };
  const ids = (name: string) => Array.from({ length: RUNS }, (_, n) => `${name}${n}`);

  test('none loses what another has kept, be it alone or joined with another folder; nothing lies beside it afterwards', async () => {
    const keeps = 'keepEvidence(evidence(n), folder); keepTrend(evidence(n), { rto_s: null, writes: null }, folder);';
    // As a gate does after each run: what it showed lies in a folder of its own, and is exchanged.
    const exchanges = `
      const own = folder + '/../' + folder.split('/').at(-1) + '-own';
      keepEvidence(evidence(n), own); keepTrend(evidence(n), { rto_s: null, writes: null }, own);
      joinHistories([own, folder], {}).keep(folder);`;
    try {
      expect(await Promise.all([keeping('a', keeps), keeping('b', keeps), keeping('gate', exchanges)])).toEqual(['', '', '']);
    } finally {
      rmSync(`${folder}-own`, { recursive: true, force: true });
    }
    const all = [...ids('a'), ...ids('b'), ...ids('gate')].sort();
    const kept = readEvidence(folder).get('lost-server@kill');
    expect(kept?.twins.flatMap(({ runs }) => runs.map(({ id }) => id)).sort()).toEqual(all);
    expect([...(readTrends(folder).get('lost-server@kill') ?? [])].map(({ id }) => id).sort()).toEqual(all);
    expect([readdirSync(folder), readdirSync(path.join(folder, 'lost-server@kill')).sort()]).toEqual([
      ['lost-server@kill'],
      ['evidence.json', 'trend.json'],
    ]);
  }, 120_000);

  test('what another has put there since the folders were read is joined with them, and what was there already is not written', () => {
    keepEvidence(shown('a', twin(null, 'first')), folder);
    const joined = joinHistories([folder], {});
    keepEvidence(shown('a', twin(null, 'second')), folder);
    joined.keep(folder);
    expect(readEvidence(folder).get('lost-server@kill')?.twins[0]?.runs).toHaveLength(2);
  });

  test('one that died in the middle of it holds nobody up', () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, '.written-by~4194300~17'), 'gone');
    keepEvidence(shown('a', twin(null)), folder);
    keepTrend(shown('a', twin(null)), { rto_s: null, writes: null }, folder);
    expect(readdirSync(folder)).toEqual(['lost-server@kill']);
  });

  test('a history in which nothing can be written is told, with why', () => {
    writeFileSync(path.join(folder, 'file'), '');
    expect(() => keepEvidence(shown('a', twin(null)), path.join(folder, 'file'))).toThrow(NotKept);
    expect(() => keepEvidence(shown('a', twin(null)), path.join(folder, 'file'))).toThrow(/file cannot be written, and is as it was: E/);
  });
});
