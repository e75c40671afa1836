import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { plant, recorded } from '../../fixtures/recordings/plant.ts';
import { removeSignalListeners } from '../../fixtures/signal-listeners.ts';
import { judge } from '../judge/judge.ts';
import type { Objective } from '../model/objective.ts';
import type { Reason } from '../model/reason.ts';
import type { Verdict } from '../model/verdict.ts';
import { isUndecided, untilDecided } from './attempts.ts';
import { proveCommand } from './prove.ts';
import { runCommand } from './run.ts';

const planted = plant();
const passed = judge(recorded(planted));

/** A verdict in which each objective came to this reason; gates as in a run that passed. */
function verdict(reasons: readonly Reason[], exit_code = 2): Verdict {
  const outcome = (reason: Reason) => (reason === 'held' ? 'pass' : /over|lost|under/.test(reason) ? 'fail' : 'inconclusive');
  const objectives = reasons.map(
    (reason, i) => ({ ...(passed.objectives[i] as Verdict['objectives'][number]), reason, outcome: outcome(reason) }) as const,
  );
  const worst = objectives.find((each) => each.outcome === 'fail') ?? objectives.find((each) => each.outcome === 'inconclusive');
  const all = { ...passed, objectives: [...objectives, ...passed.objectives.slice(reasons.length)] };
  if (worst === undefined) return { ...all, exit_code: 0 };
  return { ...all, outcome: worst.outcome, reason: worst.reason, exit_code: worst.outcome === 'fail' ? 1 : exit_code };
}
const HELD = verdict(['held', 'held']);
const OPEN = verdict(['rto.undecided', 'held']);
const FAILED = verdict(['rto.over', 'held']);
const STALLED = verdict(['evidence.harness_stalled', 'held']);

/** What the stubbed runner comes to, one after the other; what it was told to play. */
const script = vi.hoisted(() => ({ verdicts: [] as unknown[], played: [] as string[] }));
vi.mock('../run/run.ts', () => ({
  run: (plan: { sabotage: unknown }) => {
    const next = script.verdicts.shift();
    if (next === undefined) throw new Error('played more often than it should be');
    script.played.push(plan.sabotage === null ? 'healthy' : 'sabotaged');
    return Promise.resolve({ folder: path.resolve(`reports/run-${script.played.length}`), verdict: next });
  },
}));
const said = vi.hoisted(() => [] as string[]);
vi.mock('./out.ts', () => ({ out: (line: string) => said.push(line) }));

removeSignalListeners();

let place: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-attempts-'));
  const { cluster: _, ...system } = planted.plan.system;
  writeFileSync(path.join(place, 'plan.json'), JSON.stringify({ ...planted.plan, system }));
  script.played.length = 0;
  said.length = 0;
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  rmSync(place, { recursive: true });
  vi.restoreAllMocks();
});

async function run(verdicts: readonly Verdict[], ...words: string[]) {
  script.verdicts = [...verdicts];
  const code = await runCommand([path.join(place, 'plan.json'), '--out', place, ...words]);
  return { code, attempts: script.played.length, left: script.verdicts.length };
}

test('what its bounds leave undecided, and nothing else, is open to another run', () => {
  expect(isUndecided(OPEN)).toBe(true);
  for (const reason of ['rpo.undecided', 'availability.undecided', 'steady.undecided'] as const)
    expect(isUndecided(verdict(['held', reason])), reason).toBe(true);
  for (const reasons of [
    ['held', 'held'],
    ['rto.over', 'held'],
    ['rto.undecided', 'rpo.lost'],
    ['rto.undecided', 'evidence.floor'],
    ['evidence.harness_stalled', 'rpo.undecided'],
    ['evidence.window_cut', 'evidence.window_cut'],
    ['aborted', 'aborted'],
  ] as const)
    expect(isUndecided(verdict(reasons)), reasons.join()).toBe(false);
  // Something is left broken: a person is needed, not another run.
  expect(isUndecided(verdict(['rto.undecided', 'held'], 4))).toBe(false);
});

test('a real verdict whose objective lies between the bounds is undecided', () => {
  const measured = passed.objectives.find(({ kind }) => kind === 'rto')?.measured;
  if (measured?.kind !== 'rto') throw new Error('nothing was measured');
  const between = (measured.lower_s + (measured.upper_s ?? 0)) / 2;
  const objectives = planted.plan.objectives.map((each): Objective => (each.kind === 'rto' ? { ...each, within_s: between } : each));
  expect(isUndecided(judge(recorded({ ...planted, plan: { ...planted.plan, objectives } })))).toBe(true);
  expect(isUndecided(passed)).toBe(false);
});

describe('run', () => {
  test.each([
    ['decided at once', [HELD], 0, 1],
    ['a failure is never played again', [FAILED, HELD], 1, 1],
    ['what was not seen is never played again', [STALLED, HELD], 2, 1],
    ['undecided, then held', [OPEN, HELD, FAILED], 0, 2],
    ['undecided, then failed, and not into green after it', [OPEN, FAILED, HELD], 1, 2],
    ['undecided twice, then held', [OPEN, OPEN, HELD], 0, 3],
    ['undecided to the end: at most two more', [OPEN, OPEN, OPEN, HELD], 2, 3],
    ['undecided, then not seen', [OPEN, STALLED, HELD], 2, 2],
  ] as const)('%s', async (_, verdicts, code, attempts) => {
    expect(await run(verdicts)).toEqual({ code, attempts, left: verdicts.length - attempts });
    const told = said.filter((line) => line.startsWith('attempt '));
    expect(told).toHaveLength(attempts === 1 ? 0 : attempts);
    for (const [i, line] of told.entries()) expect(line).toContain(`reports/run-${i + 1}  ${verdicts[i]?.headline}`);
  });

  test('--no-retry: once', async () => {
    expect(await run([OPEN, HELD], '--no-retry')).toEqual({ code: 2, attempts: 1, left: 1 });
  });

  test('--json: the verdict that counts, and every attempt', async () => {
    await run([OPEN, HELD], '--json');
    const printed = JSON.parse(said.join('\n')) as Verdict;
    expect(printed).toMatchObject({
      outcome: 'pass',
      attempts: [{ outcome: 'inconclusive', reason: 'rto.undecided' }, { outcome: 'pass' }],
    });
    expect(printed.attempts?.map(({ folder }) => path.basename(folder))).toEqual(['run-1', 'run-2']);
  });

  test('--repeat-each: each repetition has its own attempts', async () => {
    expect(await run([OPEN, HELD, HELD, OPEN, FAILED], '--repeat-each', '3')).toEqual({ code: 1, attempts: 5, left: 0 });
    expect(said.filter((line) => line.includes('attempt '))).toHaveLength(4);
  });

  const unsteady = () => said.filter((line) => line.startsWith('unsteady: '));

  test('--repeat-each: what is unsteady is named before the last line, with r of k; an attempt more raises nothing', async () => {
    await run([HELD, FAILED, HELD], '--repeat-each', '3');
    expect(said.at(-2)).toMatch(/^unsteady: \S+: as wanted in 2 of 3 runs on this code$/);
    expect(said.at(-1)).toBe('2 of 3 passed; exit 1');
    said.length = 0;
    await run([OPEN, HELD, OPEN, OPEN, HELD], '--repeat-each', '2');
    expect(unsteady()).toEqual([expect.stringMatching(/as wanted in 2 of 5 runs/)]);
    said.length = 0;
    await run([OPEN, HELD]);
    expect(unsteady()).toEqual([expect.stringMatching(/as wanted in 1 of 2 runs/)]);
  });

  test.each([
    ['all held', [HELD, HELD]],
    ['all failed', [FAILED, FAILED]],
  ])('what comes to the same each time is not unsteady: %s', async (_, verdicts) => {
    await run(verdicts, '--repeat-each', '2');
    expect(unsteady()).toEqual([]);
  });

  test('a person who stops it is not run again', async () => {
    const controller = new AbortController();
    const play = vi.fn(() => {
      controller.abort();
      return Promise.resolve({ folder: '', verdict: OPEN });
    });
    await untilDecided(play, { retry: true, signal: controller.signal, told: () => undefined });
    expect(play).toHaveBeenCalledTimes(1);
  });
});

describe('prove', () => {
  const prove = async (verdicts: readonly Verdict[], ...words: string[]) => {
    script.verdicts = [...verdicts];
    return await proveCommand(['fixtures/scenarios/undecided.ts', '--runtime', 'process', '--out', place, ...words]);
  };

  test('both twins are run again while undecided; a sabotage that fails at last counts', async () => {
    expect(await prove([OPEN, HELD, OPEN, FAILED])).toBe(0);
    expect(script.played).toEqual(['healthy', 'healthy', 'sabotaged', 'sabotaged']);
    expect(said.filter((line) => line.includes('attempt '))).toHaveLength(4);
  });

  test('a twin that is unsteady is named with r of k', async () => {
    expect(await prove([HELD, FAILED, FAILED, FAILED], '--repeat-each', '2')).toBe(1);
    expect(said.at(-2)).toMatch(/^unsteady: undecided: as wanted in 1 of 2 runs on this code$/);
  });

  test('evidence on this code counts: to prove again until it holds raises nothing', async () => {
    const mine = path.join(place, 'mine.ts');
    const base = path.resolve('fixtures/scenarios/undecided.ts');
    writeFileSync(mine, `import base from '${base}';\nexport default { ...base, principle: 9, claim: '9.1' };`);
    const again = async (verdicts: readonly Verdict[]) => {
      script.verdicts = [...verdicts];
      said.length = 0;
      await proveCommand([mine, '--runtime', 'process', '--out', place, '--history', path.join(place, 'history')]);
      return said.filter((line) => line.startsWith('unsteady: '));
    };
    const unique = (verdict: Verdict, id: string): Verdict => ({ ...verdict, run: { ...verdict.run, id } });
    expect(await again([unique(FAILED, 'a'), unique(FAILED, 'b')])).toEqual([]);
    expect(await again([unique(HELD, 'c'), unique(FAILED, 'd')])).toEqual(['unsteady: mine: as wanted in 1 of 2 runs on this code']);
    expect(await again([unique(OPEN, 'e'), unique(HELD, 'f'), unique(FAILED, 'g')])).toEqual([
      'unsteady: mine: as wanted in 2 of 4 runs on this code',
    ]);
  });

  test('undecided to the end proves nothing; --no-retry asks once', async () => {
    expect(await prove([OPEN, OPEN, OPEN, FAILED])).toBe(2);
    expect(await prove([OPEN, FAILED], '--no-retry')).toBe(2);
  });
});
