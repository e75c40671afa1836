import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const execute = promisify(execFile);
/** A process that is still alive then is killed, and the test fails. */
const ENDS_WITHIN_MS = 50_000;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-test-engine-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process of its own asks: the answer is remembered, and what it leaves open would keep it alive. */
async function ask(host: string): Promise<{ ok: boolean; why: string; what_to_do: string; ms: number }> {
  const program = `
    const { engine } = await import(${JSON.stringify(path.join(import.meta.dirname, 'engine.ts'))});
    const began = performance.now();
    console.log(JSON.stringify({ ...await engine(), ms: performance.now() - began }));`;
  const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, DOCKER_HOST: host, HOME: folder },
    timeout: ENDS_WITHIN_MS,
  });
  return JSON.parse(stdout);
}

test('an engine that takes the call and says nothing is given up on, and keeps no process alive', async () => {
  const socket = path.join(folder, 'stuck.sock');
  const server = net.createServer(() => undefined).listen(socket);
  try {
    const answer = await ask(`unix://${socket}`);
    expect(answer).toMatchObject({ ok: false, why: `no Docker engine answers (unix://${socket} gave no answer within 3 s)` });
    // It was waited for as long as is said, and the process ended by itself: else nothing would have been printed to the end.
    expect(answer.ms).toBeGreaterThan(2_900);
  } finally {
    server.close();
  }
});

test('DOCKER_HOST names an engine that is not there: no other one is taken, and it says what to do', async () => {
  const socket = path.join(folder, 'nobody.sock');
  expect(await ask(`unix://${socket}`)).toMatchObject({
    ok: false,
    why: `no Docker engine answers (unix://${socket}: connect ENOENT ${socket})`,
    what_to_do: 'start one (on Debian as root: `.ci/setup`), or use --runtime process',
  });
});

test('something else that answers on the port is no engine', async () => {
  const server = net.createServer((connection) => connection.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as net.AddressInfo;
    expect(await ask(`tcp://127.0.0.1:${port}`)).toMatchObject({ ok: false });
  } finally {
    server.close();
  }
});
