import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Op } from '../model/event.ts';
import { Ops } from './ops.ts';

const op = fc
  .record({
    n: fc.oneof(fc.nat({ max: 50 }), fc.maxSafeNat()),
    s: fc.oneof(fc.nat({ max: 100 }), fc.maxSafeNat()),
    x: fc.oneof(
      fc.nat({ max: 9 }),
      fc.maxSafeNat().map((each) => Math.floor(each / 4)),
    ),
    v: fc.option(fc.oneof(fc.stringMatching(/^[0-9a-f]{12}$/), fc.string()), { nil: undefined }),
    e: fc.option(fc.string(), { nil: undefined }),
    l: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ n, s, x, v, e, l }): Op => {
    const more = { ...(v === undefined ? {} : { v }), ...(e === undefined ? {} : { e }), ...(l === undefined ? {} : { l }) };
    return { k: 'op', j: 'order', w: 'f', n, s, x, c: x + 5, o: 'ok', ...more };
  });

test('what goes in comes out, sorted by schedule and number, however large the numbers', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 200 }), (ops) => {
      const wanted = ops.map((each, i) => ({ ...each, line: i })).sort((a, b) => a.s - b.s || a.n - b.n);
      const columns = Ops.of(ops.map((each, i) => ({ ...each, line: i })));
      const key = ({ s, n, x, v, e, l }: Op) => JSON.stringify([s, n, x, v, e, l]);
      expect([...columns].map(key).sort()).toEqual(wanted.map(key).sort());
      expect([...columns].map(({ s, n }) => [s, n])).toEqual(wanted.map(({ s, n }) => [s, n]));
      for (const [i, each] of [...columns].entries()) {
        if (each.v !== undefined)
          expect(columns.sameValue(i, /^[0-9a-f]{12}$/.test(each.v) ? Number.parseInt(each.v, 16) : each.v)).toBe(true);
        expect(columns.sameValue(i, 'another value')).toBe(each.v === 'another value');
        expect(columns.n[columns.place(each.n)]).toBe(each.n);
      }
    }),
    { numRuns: 300 },
  );
});

test('a stream backwards is sorted without a quadratic wait', () => {
  const count = 100_000;
  const ops = Ops.of(
    Array.from({ length: count }, (_, i) => ({ k: 'op', j: 'a', w: 'f', n: count - i, s: count - i, x: 0, c: 1, o: 'ok' })),
  );
  expect([ops.s[0], ops.s[count - 1], ops.place(1), ops.place(count), ops.place(count + 1)]).toEqual([1, count, 0, count - 1, -1]);
});
