import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestOf } from './digest.ts';
import { brokenSeals, Seal, writeSeal } from './seal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-seal-'));
  for (const name of ['plan.json', 'environment.json', 'undo.jsonl', 'timeline.jsonl']) writeFileSync(path.join(folder, name), `${name}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const seal = () => Seal.parse(JSON.parse(readFileSync(path.join(folder, 'seal.json'), 'utf8')));

test('a timeline of more than 2 GiB, which no buffer holds, is sealed', async () => {
  const file = path.join(folder, 'timeline.jsonl');
  const bytes = 2 ** 31 + 4096;
  truncateSync(file, bytes);
  writeSeal(folder, ['timeline.jsonl', 'plan.json']);
  expect(seal().bytes).toEqual({ 'timeline.jsonl': bytes, 'plan.json': 10 });
  // Read by another function, on another thread.
  expect(seal().files['timeline.jsonl']).toBe(await digestOf(file, bytes));
}, 120_000);

test('what was changed, cut or taken away afterwards is named; an undo ledger may grow', async () => {
  const names = ['plan.json', 'environment.json', 'undo.jsonl', 'timeline.jsonl'];
  writeSeal(folder, [...names, 'not-there']);
  const timeline = seal().files['timeline.jsonl'] ?? '';
  expect(brokenSeals(folder, seal(), timeline)).toEqual([]);
  writeFileSync(path.join(folder, 'undo.jsonl'), 'undo.jsonl\nmore\n');
  expect(brokenSeals(folder, seal(), timeline)).toEqual([]);
  writeFileSync(path.join(folder, 'undo.jsonl'), 'undone\n');
  writeFileSync(path.join(folder, 'plan.json'), 'Plan.json\n');
  rmSync(path.join(folder, 'environment.json'));
  expect(brokenSeals(folder, seal(), 'other')).toEqual([
    'plan.json is not what was sealed',
    'environment.json was sealed and is gone',
    'timeline.jsonl is not what was sealed',
    'undo.jsonl is not what was sealed',
  ]);
});
