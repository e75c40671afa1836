import { expect, test } from 'vitest';
import type { CoveredFile } from '../model/coverage.ts';
import { fromLcov } from './lcov.ts';

const of = (...texts: readonly (readonly ['baseline' | 'fault', string])[]) => {
  const found = new Map<string, CoveredFile>();
  for (const [phase, text] of texts) fromLcov(text, phase, '/work/shop', found);
  return Object.fromEntries(found);
};

test('lines and branches of a service that is not Node, by phase', () => {
  expect(
    of(
      ['baseline', 'TN:\nSF:/work/shop/api/main.go\nDA:3,2\nDA:4,0\nDA:5,1\nBRDA:4,0,0,1\nBRDA:4,0,1,-\nend_of_record\n'],
      ['fault', 'SF:api/main.go\nDA:3,0\nDA:4,7\nBRDA:4,0,1,2\nend_of_record\nSF:/usr/lib/go/net.go\nDA:1,1\n'],
    ),
  ).toEqual({
    'api/main.go': {
      lines: '3-5',
      hit: { up: '', baseline: '3,5', fault: '4', recovery: '' },
      branches: [
        { line: 4, column: 1, what: 'block 0, branch 0', hit: ['baseline'] },
        { line: 4, column: 1, what: 'block 0, branch 1', hit: ['fault'] },
      ],
      handlers: [],
    },
    '/usr/lib/go/net.go': { lines: '1', hit: { up: '', baseline: '', fault: '1', recovery: '' }, branches: [], handlers: [] },
  });
});

test('what is no record, or of no file, is left out', () => {
  expect(of(['baseline', 'DA:1,1\nnonsense\nSF:a.go\nDA:x,1\nDA:-3,1\nDA:2,1\n'])).toMatchObject({ 'a.go': { lines: '2' } });
});
