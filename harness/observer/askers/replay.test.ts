import { once } from 'node:events';
import net from 'node:net';
import { expect, test } from 'vitest';
import { askReplay } from './replay.ts';

test('a primary that is gone tells nothing of its standby', async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const asker = askReplay({
    kind: 'replay',
    addresses: [{ host: '127.0.0.1', port }],
    login: { user: 'postgres', password: '', database: 'postgres' },
    standby: { name: 'standby', host: '127.0.0.2' },
    within_ms: 700,
  });
  expect(await asker.ask(400)).toMatchObject({ well: false, mute: true, how: expect.stringContaining('ECONNREFUSED') });
  asker.close();
});
