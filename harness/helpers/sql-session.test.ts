import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';

test('without its input it ends what it holds, and stays for those who undo beside it', async () => {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const helper = spawn(process.execPath, [path.join(import.meta.dirname, 'sql-session.ts')], {
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, LIFE_S: '2' },
  });
  const exited = once(helper, 'exit');
  try {
    const login = { user: 'postgres', password: '', database: 'postgres' };
    helper.stdin.write(`${JSON.stringify({ do: 'hold', address: { host: '127.0.0.1', port }, login, name: 'held', text: 'select 1' })}\n`);
    const [held] = (await once(server, 'connection')) as [net.Socket];
    held.on('error', () => undefined).resume();
    const lost = once(held, 'close');
    helper.stdin.end();
    await lost;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(helper.exitCode).toBeNull();
    expect(await exited).toEqual([0, null]);
  } finally {
    helper.kill('SIGKILL');
    server.close();
  }
}, 20_000);
