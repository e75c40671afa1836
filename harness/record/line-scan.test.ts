import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TimelineReader } from './timeline-reader.ts';

const name = fc.constantFrom('order', 'bulk', 'ü', 'a"b', 'x\\y');
const text = fc.oneof(fc.constantFrom('ECONNREFUSED', 'http_503', 'pg-1', '', 'ü', '"', '\\', '\u0000'), fc.string({ unit: 'binary' }));
const op = fc
  .record({
    j: name,
    w: fc.constantFrom('f', 'p', 'w0'),
    n: fc.nat(),
    s: fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant('9007199254740995')),
    x: fc.nat(),
    more: fc.oneof(
      fc.nat(),
      fc.maxSafeNat().map((n) => Math.floor(n / 2)),
    ),
    o: fc.constantFrom('ok', 'fail', 'ind', 'ns'),
    e: fc.option(text, { nil: undefined }),
    a: fc.option(text, { nil: undefined }),
    l: fc.option(fc.nat({ max: 40 }), { nil: undefined }),
    v: fc.option(fc.oneof(fc.stringMatching(/^[0-9a-f]{12}$/), text), { nil: undefined }),
    b: fc.option(fc.constant(1), { nil: undefined }),
  })
  .map(({ j, w, n, s, x, more, o, ...rest }) => {
    const times = o === 'ns' ? { x: -1, c: -1 } : { x, c: x + more };
    return { k: 'op', j, w, n, s, ...times, o, ...rest };
  });

/** The same line spelled so that only the general reader takes it. */
const general = (line: string) => line.replace('{"k"', '{ "k"');

function read(lines: readonly string[]) {
  const reader = new TimelineReader();
  for (const line of lines) reader.line(line);
  return reader.finish({ run: 'r', token: 't' });
}

test('the bytes of an operation read to the same as its JSON, whatever stands in it', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 30 }), (ops) => {
      const lines = ops.map((each) => JSON.stringify(each));
      const [fast, slow] = [read(lines), read(lines.map(general))];
      const all = ({ streams }: typeof fast) => [...streams].map(([key, own]) => [key, [...own]]);
      expect(all(fast)).toEqual(all(slow));
      expect(fast.defects).toEqual(slow.defects);
    }),
    { numRuns: 500 },
  );
});

const id = fc.oneof(
  fc.tuple(name, fc.nat()).map(([j, n]) => `t.${j}.w0.${n}`),
  fc.constantFrom('t.order.w0.007', 't.order.w0.', 't..0', 't.0', 't.order.w0.4294967296', 't.order.w0.99999999999', 'u.order.w0.1', ''),
  text,
);
const rows = fc.array(fc.tuple(id, fc.oneof(fc.stringMatching(/^[0-9a-f]{12}$/), text)), { maxLength: 20 });

test('rows that were found read to the same as their JSON, ids of any spelling included', () => {
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 4 }), (pages) => {
      const hello = '{"k":"hello","format":1,"run":"r","token":"t","at":0,"wall_ms":0,"node":"v24"}';
      const found = pages.map((page) => JSON.stringify({ k: 'found', store: 'pg-1', rows: page }));
      const count = pages.flat().length;
      const end = JSON.stringify({ k: 'read', at: 1, store: 'pg-1', role: 'authority', rows: count, complete: true });
      const [fast, slow] = [read([hello, ...found, end]), read([hello, ...found.map(general), end])];
      const spelled = ({ reads }: typeof fast) =>
        reads.map(({ rows: own }) =>
          Array.from({ length: own.length }, (_, row) => {
            const lane = own.lane[row] ?? 0;
            const which = own.lanes[lane];
            return [which === undefined ? own.odd[own.n[row] ?? 0] : `t.${which}.${own.n[row]}`, own.texts.get(row) ?? own.value[row]];
          }),
        );
      expect(spelled(fast)).toEqual(spelled(slow));
      expect(spelled(fast)[0]).toHaveLength(count);
      expect(spelled(fast)[0]?.map(([first]) => first)).toEqual(pages.flat().map(([first]) => first));
      expect(fast.defects.map(({ detail }) => detail)).toEqual(slow.defects.map(({ detail }) => detail));
    }),
    { numRuns: 300 },
  );
});

test.each([
  '{"k":"op","j":"a","w":"f","n":1,"s":1,"x":1,"c":2,"o":"ok"} ',
  '{"k":"op","j":"a","w":"f","n":01,"s":1,"x":1,"c":2,"o":"ok"}',
  '{"k":"op","j":"a","w":"f","n":1,"s":1,"x":1,"c":2,"o":"ok","l":1,"a":"pg"}',
  '{"k":"op","j":"a","w":"f","n":1e3,"s":1,"x":1,"c":2,"o":"ok"}',
  '{"k":"op","j":"a","w":"f","n":1,"s":1,"x":1,"c":2,"o":"ok","z":1}',
  '{"k":"op","j":"a","w":"f","n":1,"s":1,"x":1,"c":2,"o":"ok","v":"0123456789abc"}',
])('spelled otherwise it is read the general way, or named: %s', (line) => {
  const [fast, slow] = [read([line]), read([general(line)])];
  expect([...fast.streams].map(([key, ops]) => [key, [...ops]])).toEqual([...slow.streams].map(([key, ops]) => [key, [...ops]]));
  expect(fast.defects).toEqual(slow.defects);
});

test('pieces of any size give the same lines, in a buffer that is used again', () => {
  const lines = Array.from({ length: 50 }, (_, n) => `{"k":"op","j":"a","w":"f","n":${n},"s":${n * 10},"x":1,"c":2,"o":"ok"}\n`).join('');
  const bytes = new TextEncoder().encode(lines);
  for (const size of [1, 7, 64, 1000, 1 << 20]) {
    const reader = new TimelineReader();
    const piece = Buffer.alloc(size);
    for (let at = 0; at < bytes.length; at += size) {
      const got = bytes.subarray(at, at + size);
      piece.set(got);
      reader.bytes(piece.subarray(0, got.length));
      piece.fill(0);
    }
    const { streams, defects } = reader.finish({ run: 'r', token: 't' });
    expect([...(streams.get('a/f')?.n ?? [])]).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(streams.size).toBe(1);
    expect(defects.filter(({ detail }) => detail.includes('JSON'))).toEqual([]);
  }
});
