import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { split } from './streams.ts';

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

function listen() {
  const stream = new PassThrough();
  const heard: string[] = [];
  const { ended } = split(stream, {
    stdout: (chunk) => heard.push(`out ${chunk}`),
    stderr: (chunk) => heard.push(`err ${chunk}`),
  });
  return { stream, heard, ended };
}

test('frames come out whole and in order, however the bytes arrive', async () => {
  const { stream, heard, ended } = listen();
  const bytes = Buffer.concat([frame(1, 'one'), frame(2, 'zwei'), frame(1, ''), frame(1, 'drei €')]);
  for (const byte of bytes) stream.write(Buffer.of(byte));
  stream.end();
  await ended;
  expect(heard).toEqual(['out one', 'err zwei', 'out ', 'out drei €']);
});

test('a hundred thousand frames in one piece are no deep recursion', async () => {
  const { stream, heard, ended } = listen();
  stream.end(Buffer.concat(Array.from({ length: 100_000 }, (_, i) => frame(1, String(i % 10)))));
  await ended;
  expect(heard.length).toBe(100_000);
});

test('a frame that was cut off is not made up, and an error ends the stream', async () => {
  const { stream, heard, ended } = listen();
  stream.write(Buffer.concat([frame(1, 'whole'), frame(1, 'cut off').subarray(0, 10)]));
  await new Promise((resolve) => setImmediate(resolve));
  stream.destroy(new Error('connection reset'));
  await ended;
  expect(heard).toEqual(['out whole']);
});
