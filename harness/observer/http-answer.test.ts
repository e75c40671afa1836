import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HttpAnswer } from './http-answer.ts';

/** Reads a response that comes in pieces of these sizes. */
function read(text: string, sizes: readonly number[], wanted = true) {
  const answer = new HttpAnswer();
  answer.begin(wanted);
  const bytes = Buffer.from(text);
  let state = 'more';
  for (let at = 0, i = 0; at < bytes.length && state !== 'broken'; i++) {
    const to = at + (sizes[i % sizes.length] ?? 1);
    state = answer.take(Buffer.from(bytes.subarray(at, to)));
    at = to;
  }
  return { state, status: answer.status, keep: answer.keep, body: answer.body, answer };
}

const responses = [
  ['HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello', { state: 'done', status: 201, keep: true, body: 'hello' }],
  ['HTTP/1.1 200 OK\r\ncontent-length:0\r\nConnection: close\r\n\r\n', { state: 'done', status: 200, keep: false, body: '' }],
  ['HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n', { state: 'done', status: 204, keep: true, body: '' }],
  ['HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi', { state: 'done', status: 200, keep: false, body: 'hi' }],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n wörl\r\n0\r\nT: 1\r\n\r\n',
    { state: 'done', status: 200, keep: true, body: 'hello wörl' },
  ],
  [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy',
    { state: 'done', status: 503, keep: true, body: 'busy' },
  ],
  ['HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil the end', { state: 'more', status: 200, body: 'until the end' }],
  ['HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', { state: 'more', status: 200, body: 'half' }],
  ['HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n', { state: 'broken' }],
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n', { state: 'broken' }],
  ['SSH-2.0-OpenSSH_9.2 and more of it\r\n\r\n', { state: 'broken' }],
] as const;

test.each(responses)('%j, in pieces of any size', (text, wanted) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }), (sizes) => {
      expect(read(text, sizes)).toMatchObject(wanted);
      if (wanted.state === 'done') expect(read(text, sizes, false)).toMatchObject({ ...wanted, body: '' });
    }),
    { numRuns: 100 },
  );
});

test('what has no length ends with the connection; what has one does not', () => {
  const open = read('HTTP/1.1 200 OK\r\n\r\nall', [7]).answer;
  expect([open.closed(), open.body]).toEqual([true, 'all']);
  expect(read('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', [7]).answer.closed()).toBe(false);
  expect(read('', [1]).answer.closed()).toBe(false);
});

test('what comes after the answer unasked spoils the connection', () => {
  const answer = new HttpAnswer();
  answer.begin(true);
  answer.take(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK'));
  expect([answer.keep, answer.body]).toEqual([false, 'hi']);
});

test('any bytes end in a state, never in an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const answer = new HttpAnswer();
      answer.begin(true);
      expect(['more', 'done', 'broken']).toContain(answer.take(Buffer.from(bytes)));
    }),
    { numRuns: 500 },
  );
});
