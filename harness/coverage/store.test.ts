import { expect, test } from 'vitest';
import { coverageDocument } from '../../fixtures/coverage/document.ts';
import type { Coverage } from '../model/coverage.ts';
import { COVERAGE } from './store.ts';

const measured = (run: string, digest: string, day: number): Coverage =>
  coverageDocument({ run, digest, at: `2026-11-0${day}T00:00:00.000Z` });
const join = (a: Coverage, b: Coverage) => COVERAGE.join(a, b, { current: 'now', where: 'b/coverage.json' });

test('of two, what was measured on the code as it is now, else what was measured last, in whatever order they come', () => {
  for (const [stays, goes] of [
    [measured('a', 'now', 1), measured('b', 'before', 2)],
    [measured('a', 'now', 2), measured('b', 'now', 1)],
    [measured('a', 'before', 2), measured('b', 'long ago', 1)],
    [measured('a', 'now', 1), measured('a', 'now', 1)],
  ] as const)
    expect([join(stays, goes), join(goes, stays)]).toEqual([stays, stays]);
});

test('one run that is told in two ways is an error that names the file', () => {
  expect(() => join(measured('a', 'now', 1), { ...measured('a', 'now', 1), commit: 'd' })).toThrow(
    'b/coverage.json: run a is another there',
  );
});
