import { expect, test } from 'vitest';
import { facts, gate, healthy, run, twin } from '../../../fixtures/gates/sample.ts';
import { figuresOf, worstOf } from './promise.ts';

const shown = (
  scenario: string,
  rto_s: readonly [number, number | null],
  within: readonly number[],
  more: Parameters<typeof run>[2] = {},
) =>
  facts({ scenario, promised: { rto_s: within, writes: [] } }, [
    healthy(run('pass', 1, { rto_s: [...rto_s], rpo: null, ...more })),
    twin(),
  ]);
const worst = (...all: readonly ReturnType<typeof facts>[]) => worstOf(gate(all).claims);

test('the worst is what went furthest of its own promise, and stands beside that one: not the longest beside the shortest', () => {
  expect(worst(shown('slow', [50, 60], [120]), shown('quick', [3, 4], [5]), shown('bound by nothing', [70, 80], []))).toEqual([
    { kind: 'RTO', figure: '3.00–4.00 s', promised: 'at most 5 s', met: 'met', of: 'quick', far: 0.8 },
  ]);
});

test('what broke its promise comes before what merely went far', () => {
  const [rto] = worst(shown('far', [14, 14.9], [15]), shown('broke', [5.1, 5.2], [5]));
  expect(rto).toMatchObject({ of: 'broke', met: 'not met' });
});

test.each<[string, ReturnType<typeof facts>, string | null]>([
  ['within', shown('a', [3, 4], [5]), 'met'],
  ['beyond', shown('a', [6, 7], [5], { outcome: 'fail', reason: 'rto.over' }), 'not met'],
  ['its bounds on both sides', shown('a', [4, 6], [5]), 'undecided'],
  ['never back, watched for longer than promised', shown('a', [6, null], [5]), 'not met'],
  ['never back, watched for less', shown('a', [4, null], [5]), 'undecided'],
  ['within, but back only by the heal', shown('a', [3, 4], [5], { outcome: 'fail', reason: 'rto.only_by_heal' }), 'not met'],
  ['within, in a run that lost writes', shown('a', [3, 4], [5], { outcome: 'fail', reason: 'rpo.lost' }), 'undecided'],
  ['within, in a run that came to nothing', shown('a', [3, 4], [5], { outcome: 'inconclusive', reason: 'evidence.floor' }), 'undecided'],
  ['between two promises of one scenario', shown('a', [6, 7], [5, 15]), 'undecided'],
  ['between two promises, of a run of ways back that passed', shown('a', [6, 7], [5, 15], { ways_back: [] }), 'met'],
  [
    'between two promises, of a run of ways back that failed',
    shown('a', [6, 7], [5, 15], { ways_back: [], outcome: 'fail', reason: 'restore.damaged' }),
    'undecided',
  ],
  ['beyond both', shown('a', [16, 17], [5, 15]), 'not met'],
  ['promised nothing', shown('a', [3, 4], []), null],
])('a promise and a figure: %s', (_, one, met) => {
  expect(worst(one)[0]?.met).toBe(met);
});

test('writes: none lost of none that may be; three where none may; the figure alone where nothing was promised', () => {
  const lost = (n: number, writes: readonly number[], outcome: 'pass' | 'fail' = n > 0 ? 'fail' : 'pass') =>
    facts({ promised: { rto_s: [], writes } }, [
      healthy(run(outcome, 1, { rto_s: null, reason: n > 0 ? 'rpo.lost' : 'held', rpo: { lost: n, acknowledged: 12804 } })),
      twin(),
    ]);
  const words = (one: ReturnType<typeof facts>) => figuresOf(gate([one]).claims).replaceAll('\u00a0', ' ');
  expect(words(lost(0, [0]))).toBe('RPO 0 of 12 804 writes (at most 0: met)');
  expect(words(lost(3, [0]))).toBe('RPO 3 of 12 804 writes (at most 0: not met)');
  expect(words(lost(3, [10], 'pass'))).toBe('RPO 3 of 12 804 writes (at most 10: met)');
  expect(words(lost(3, []))).toBe('RPO 3 of 12 804 writes');
  expect(figuresOf(gate([]).claims)).toBe('');
});
