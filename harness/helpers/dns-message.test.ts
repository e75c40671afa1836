import dgram from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerTo, questionOf, TYPE_A } from './dns-message.ts';

test("the machine's own resolver understands what is answered, and is understood", async () => {
  const asked: string[] = [];
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, from) => {
    const question = questionOf(message);
    if (question === null) return;
    asked.push(question.name);
    const answer =
      question.name === 'gone.shop.test'
        ? answerTo(question, 'no such name', null)
        : answerTo(question, 'ok', question.type === TYPE_A ? { ip: '198.18.7.9', ttl_s: 3600 } : null);
    socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  try {
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
    expect(await resolver.resolve4('Api.Shop.test', { ttl: true })).toEqual([{ address: '198.18.7.9', ttl: 3600 }]);
    await expect(resolver.resolve4('gone.shop.test')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(resolver.resolve6('api.shop.test')).rejects.toMatchObject({ code: 'ENODATA' });
    expect(new Set(asked)).toEqual(new Set(['api.shop.test', 'gone.shop.test']));
  } finally {
    socket.close();
  }
});

test('whatever comes as a message, it is a question or none, and never an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const question = questionOf(Buffer.from(bytes));
      expect(question === null || typeof question.name === 'string').toBe(true);
    }),
  );
  // One question whose name never ends.
  expect(questionOf(Buffer.from('000000000001000000000000056162636465', 'hex'))).toBeNull();
});
