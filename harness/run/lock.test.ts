import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock is held by one, who is named, until it is released', async () => {
  const first = await takeLock(folder, 'shop', 'run a');
  expect(first.got).toBe(true);
  expect(await takeLock(folder, 'shop', 'run b')).toEqual({
    got: false,
    by: { pid: process.pid, started: expect.any(String), what: 'run a' },
  });
  // Another name is another lock.
  expect((await takeLock(folder, 'bank', 'run b')).got).toBe(true);
  if (first.got) first.release();
  expect((await takeLock(folder, 'shop', 'run b')).got).toBe(true);
});

test('a claim of a process that is gone, or whose id another process has by now, holds nothing and is removed', async () => {
  writeFileSync(path.join(folder, `shop~${process.pid}~1`), 'a process of the same id, long ago');
  writeFileSync(path.join(folder, 'shop~4194300~17'), 'gone');
  const lock = await takeLock(folder, 'shop', 'run b');
  expect(lock.got).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
});

test('of many processes that come at once never two have it', async () => {
  const program = `
    const { takeLock } = await import(${JSON.stringify(path.join(import.meta.dirname, 'lock.ts'))});
    const { writeFileSync, rmSync } = await import('node:fs');
    let got = 0;
    for (let i = 0; i < 40; i++) {
      const lock = await takeLock(process.argv[1], 'shop', 'one of many');
      if (!lock.got) continue;
      got += 1;
      writeFileSync(process.argv[1] + '/inside', '', { flag: 'wx' });
      await new Promise((resolve) => setTimeout(resolve, 2));
      rmSync(process.argv[1] + '/inside');
      lock.release();
    }
    console.log(got);`;
  const came = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const code = await new Promise((resolve) => child.once('close', resolve));
      return { code, said: said.trim() };
    }),
  );
  expect(came.map(({ code, said }) => (code === 0 ? code : said))).toEqual([0, 0, 0, 0]);
  // And it was had: four who only ever step back would prove nothing.
  expect(came.reduce((sum, { said }) => sum + Number(said), 0)).toBeGreaterThan(10);
});
