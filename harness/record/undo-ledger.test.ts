import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readPending, strikeIn, TakenOver, takeOver, UndoLedger } from './undo-ledger.ts';

/** How many bytes one write takes, and how many more the disk has room for. */
const disk = vi.hoisted(() => ({ takes: Number.POSITIVE_INFINITY, room: Number.POSITIVE_INFINITY }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    writeSync: (fd: number, bytes: Buffer | string, at = 0) => {
      const all = Buffer.from(bytes).subarray(at);
      if (disk.room === 0) throw new Error('ENOSPC: no space left on device');
      const wrote = fs.writeSync(fd, all, 0, Math.min(all.length, disk.takes, disk.room));
      disk.room -= wrote;
      return wrote;
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'faultline-ledger-'));
});
afterEach(() => {
  Object.assign(disk, { takes: Number.POSITIVE_INFINITY, room: Number.POSITIVE_INFINITY });
  rmSync(folder, { recursive: true });
});

test('an undo is on the disk before register returns, and struck out afterwards', () => {
  const ledger = new UndoLedger(folder);
  const strike = ledger.register('kill of pg-1', { do: 'docker.start', container: 'pg-1' });
  expect(readPending(folder).pending).toEqual([{ n: 1, what: 'kill of pg-1', action: { do: 'docker.start', container: 'pg-1' } }]);
  strike();
  strike();
  expect(readPending(folder).pending).toEqual([]);
  ledger.close();
});

test('pending undos come newest first, and another process may strike one out', () => {
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/a' });
  ledger.register('b', { do: 'folder.remove', path: '/nowhere/b' });
  ledger.close();
  expect(readPending(folder).pending.map((undo) => undo.what)).toEqual(['b', 'a']);
  strikeIn(folder, 2, 'heal');
  expect(readPending(folder).pending.map((undo) => undo.what)).toEqual(['a']);
});

test('a line that a crash cut short, or that asks for something unknown, is named and does not hide the others', () => {
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/a' });
  ledger.close();
  appendFileSync(path.join(folder, 'undo.jsonl'), '{"n":2,"state":"todo","at":"x","what":"b","action":{"do":"rm -rf"}}\n{"n":3,"sta');
  const { pending, unreadable } = readPending(folder);
  expect(pending.map((undo) => undo.what)).toEqual(['a']);
  expect(unreadable).toHaveLength(2);
});

test('a folder without a ledger has nothing pending', () => {
  expect(readPending(folder)).toEqual({ pending: [], unreadable: [], taken: null });
});

test('what is struck out after a line that a crash cut short is struck out', () => {
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/a' });
  ledger.close();
  appendFileSync(path.join(folder, 'undo.jsonl'), '{"n":2,"sta');
  strikeIn(folder, 1, 'heal');
  expect(readPending(folder)).toEqual({ pending: [], unreadable: ['{"n":2,"sta'], taken: null });
});

test('once somebody else heals, nothing more may be begun; what was registered is undone all the same', () => {
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/a' });
  expect(ledger.takenBy()).toBeNull();
  takeOver(folder, 'watcher (process 7)');
  expect(ledger.takenBy()).toBe('watcher (process 7)');
  expect(() => ledger.register('b', { do: 'folder.remove', path: '/nowhere/b' })).toThrow(TakenOver);
  expect(readPending(folder).pending.map((undo) => undo.what)).toEqual(['b', 'a']);
  expect(ledger.pending().map((undo) => undo.what)).toEqual(['b', 'a']);
  ledger.close();
  ledger.close();
});

test('a line of which each write takes a part is written whole', () => {
  disk.takes = 7;
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/ä' });
  ledger.close();
  expect(readPending(folder)).toMatchObject({ pending: [{ what: 'a', action: { path: '/nowhere/ä' } }], unreadable: [] });
});

test('a disk that fills within a line refuses the undo, and nothing of the line is left to be glued to the next', () => {
  const ledger = new UndoLedger(folder);
  ledger.register('a', { do: 'folder.remove', path: '/nowhere/a' });
  const before = readFileSync(path.join(folder, 'undo.jsonl'), 'utf8');
  disk.room = 20;
  expect(() => ledger.register('b', { do: 'folder.remove', path: '/nowhere/b' })).toThrow(/ENOSPC/);
  expect(readFileSync(path.join(folder, 'undo.jsonl'), 'utf8')).toBe(before);
  disk.room = Number.POSITIVE_INFINITY;
  ledger.register('c', { do: 'folder.remove', path: '/nowhere/c' });
  expect(ledger.takenBy()).toBeNull();
  ledger.close();
  const { pending, unreadable } = readPending(folder);
  expect(pending.map((undo) => undo.what)).toEqual(['c', 'a']);
  expect(unreadable).toEqual([]);
});
