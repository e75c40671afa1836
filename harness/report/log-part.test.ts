import { expect, test } from 'vitest';
import { logPart } from './log-part.ts';

const WALL = Date.UTC(2026, 2, 14, 9, 0, 0);
const window = { from_s: 10, to_s: 20 };

test.each([
  ['ISO with a zone', '2026-03-14T10:00:12.5+01:00 promoted'],
  ['ISO in UTC', '{"time":"2026-03-14T09:00:12.500Z","msg":"promoted"}'],
  ['PostgreSQL', '2026-03-14 09:00:12.500 UTC [41] LOG:  promoted'],
  ['Patroni', '2026-03-14 09:00:12,500 INFO: promoted'],
])('lines around the fault are found by their time: %s', (_, line) => {
  const lines = ['2026-03-14T09:00:01Z too early', line, '  a line of a stack trace', '2026-03-14T09:00:50Z too late'];
  expect(logPart('a.log', lines, window, WALL)).toEqual({
    file: 'a.log',
    what: '2 of 4 lines, around the fault',
    lines: lines.slice(1, 3),
  });
});

test('without times, without a window or with nothing in it, the last lines are shown', () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
  const last = { file: 'a.log', what: 'the last 40 of 50 lines', lines: lines.slice(10) };
  expect(logPart('a.log', lines, window, WALL)).toEqual(last);
  expect(logPart('a.log', lines, null, WALL)).toEqual(last);
  expect(logPart('a.log', ['2020-01-01T00:00:00Z old'], window, WALL).what).toBe('all 1 line');
});

test('of very many lines around the fault, the beginning and the end are shown', () => {
  const lines = Array.from({ length: 100 }, (_, i) => `2026-03-14T09:00:12.${String(i).padStart(3, '0')}Z ${i}`);
  const part = logPart('a.log', lines, window, WALL);
  expect(part.lines).toEqual([...lines.slice(0, 20), '… 60 lines left out …', ...lines.slice(-20)]);
});
