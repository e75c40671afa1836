import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bracket, count, counted, share } from './figures.ts';
import { placeLabels } from './labels.ts';
import { wrapped } from './wrap.ts';

test('brackets are rounded outwards', () => {
  expect([bracket(3.4, 3.45), bracket(3.401, 3.449), bracket(3.4049, 3.4051), bracket(0.0123, 0.0456), bracket(2, 2)]).toEqual([
    '3.40–3.45',
    '3.40–3.45',
    '3.40–3.41',
    '0.012–0.046',
    '2.00',
  ]);
  expect([bracket(13.669, null), bracket(0, 0), bracket(-0.001, 0.2)]).toEqual(['> 13.66', '0.000', '0.00–0.20']);
  expect([share(0.99901, 0.99909), share(1, 1), share(0, 0.5)]).toEqual(['99.90–99.91\u00a0%', '100.00\u00a0%', '0.00–50.00\u00a0%']);
});

test('a printed bracket never leaves out what the measured one holds', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (lower, width) => {
      const [lo = '', hi = lo] = bracket(lower, lower + width).split('–');
      expect(Number(lo)).toBeLessThanOrEqual(lower + 1e-6);
      expect(Number(hi)).toBeGreaterThanOrEqual(lower + width - 1e-6);
    }),
  );
});

test('counts are grouped by three', () => {
  expect([count(0), count(999), count(4210), count(1234567), counted(1, 'write'), counted(2, 'write')]).toEqual([
    '0',
    '999',
    '4\u00a0210',
    '1\u00a0234\u00a0567',
    '1 write',
    '2 writes',
  ]);
});

test('labels never overlap and never leave the picture', () => {
  const label = fc.record({ x: fc.double({ min: 0, max: 300, noNaN: true }), width: fc.double({ min: 1, max: 200, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(label, { maxLength: 30 }), (labels) => {
      const placed = placeLabels(labels, 0, 300, 4).flatMap((p, i) => {
        const width = labels[i]?.width ?? 0;
        return p === null ? [] : [{ row: p.row, left: p.end ? p.x - width : p.x, right: p.end ? p.x : p.x + width }];
      });
      for (const [i, a] of placed.entries()) {
        expect(a.left).toBeGreaterThanOrEqual(-1e-9);
        expect(a.right).toBeLessThanOrEqual(300 + 1e-9);
        for (const b of placed.slice(i + 1)) expect(a.row === b.row && a.left < b.right && b.left < a.right).toBe(false);
      }
    }),
  );
});

test('lines are broken between words, and words only where they must be', () => {
  expect(wrapped('a bb ccc dddd eeeeeeeeeeee f', 6)).toEqual(['a bb', 'ccc', 'dddd', 'eeeeee', 'eeeeee', 'f']);
  expect(wrapped('', 6)).toEqual(['']);
});
