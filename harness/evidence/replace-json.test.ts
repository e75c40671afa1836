import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asNobody } from '../../fixtures/as-nobody.ts';
import { ROOT } from '../runtime/root.ts';
import { NotKept, replaceJson } from './replace-json.ts';

let place: string;
let file: string;
beforeEach(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'faultline-replace-'));
  file = path.join(place, 'folder', 'kept.json');
});
afterEach(() => rmSync(place, { recursive: true }));

test('writes in place of what was there, and leaves nothing beside it; what says the same is not touched', () => {
  replaceJson(file, { n: 1 });
  replaceJson(file, { n: 2 });
  expect(readFileSync(file, 'utf8')).toBe('{\n  "n": 2\n}\n');
  expect(readdirSync(path.dirname(file))).toEqual(['kept.json']);
  utimesSync(file, 1, 1);
  replaceJson(file, { n: 2 });
  expect(statSync(file).mtimeMs).toBe(1000);
});

test('what cannot be written is told with its file, and is as it was', async () => {
  replaceJson(file, { n: 1 });
  chmodSync(place, 0o755);
  chmodSync(path.dirname(file), 0o555);
  await asNobody(() => {
    expect(() => replaceJson(file, { n: 2 })).toThrow(NotKept);
    expect(() => replaceJson(file, { n: 2 })).toThrow(/kept\.json cannot be written, and is as it was: EACCES/);
    replaceJson(file, { n: 1 });
  });
  chmodSync(path.dirname(file), 0o755);
  rmSync(file);
  mkdirSync(file);
  expect(() => replaceJson(file, { n: 2 })).toThrow(NotKept);
  expect(readdirSync(path.dirname(file))).toEqual(['kept.json']);
});

test('whoever is killed while writing leaves the old file or the new one, whole', async () => {
  const writer = path.join(place, 'writer.mjs');
  const big = 'Array.from({ length: 20_000 }, () => n)';
  writeFileSync(
    writer,
    `const { replaceJson } = await import(${JSON.stringify(pathToFileURL(path.join(ROOT, 'harness/evidence/replace-json.ts')).href)});
for (let n = 0; ; n++) replaceJson(${JSON.stringify(file)}, { n, big: ${big} });`,
  );
  for (let i = 0; i < 4; i++) {
    const child = spawn(process.execPath, [writer], { stdio: 'ignore' });
    for (let waited = 0; waited < 400 && !existsSync(file); waited++) await pause(25);
    await pause(7 * i);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { n, big } = JSON.parse(readFileSync(file, 'utf8')) as { n: number; big: number[] };
    expect([big.length, new Set(big)]).toEqual([20_000, new Set([n])]);
    rmSync(file);
  }
}, 60_000);
