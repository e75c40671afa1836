import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type UndoAction, UndoLine } from '../model/fault.ts';

/** An undo that is registered and not yet struck out. */
export interface PendingUndo {
  readonly n: number;
  readonly what: string;
  readonly action: UndoAction;
}

/**
 * undo.jsonl: the write-ahead ledger of what must be undone. A line is on the disk (fsync) before the deed it belongs to, and holds all that is
 * needed to undo it without the memory of the run.
 */
export class UndoLedger {
  readonly #fd: number;
  readonly #pending = new Map<number, PendingUndo>();
  #last = 0;

  constructor(folder: string) {
    this.#fd = openSync(path.join(folder, 'undo.jsonl'), 'a');
  }

  /** Registers an undo; returns what strikes it out. Throws when it cannot be made durable: then the deed must not be done. */
  register(what: string, action: UndoAction): (by?: string) => void {
    const n = ++this.#last;
    this.#write({ n, state: 'todo', at: new Date().toISOString(), what, action });
    this.#pending.set(n, { n, what, action });
    return (by = 'run') => this.strike(n, by);
  }

  /** Strikes an undo out. Twice does no harm. */
  strike(n: number, by: string): void {
    if (!this.#pending.delete(n)) return;
    this.#write({ n, state: 'done', at: new Date().toISOString(), by });
  }

  /** What is still to be undone, newest first. */
  pending(): readonly PendingUndo[] {
    return [...this.#pending.values()].reverse();
  }

  close(): void {
    closeSync(this.#fd);
  }

  #write(line: UndoLine): void {
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#fd);
  }
}

/** What the ledger of a run folder still holds, newest first; lines that a crash cut short are named in `unreadable`. */
export function readPending(folder: string): { pending: readonly PendingUndo[]; unreadable: readonly string[] } {
  const file = path.join(folder, 'undo.jsonl');
  if (!existsSync(file)) return { pending: [], unreadable: [] };
  const pending = new Map<number, PendingUndo>();
  const unreadable: string[] = [];
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    if (text === '') continue;
    const line = parseLine(text);
    if (line === null) unreadable.push(text);
    else if (line.state === 'todo') pending.set(line.n, { n: line.n, what: line.what, action: line.action });
    else pending.delete(line.n);
  }
  return { pending: [...pending.values()].reverse(), unreadable };
}

/** Strikes an undo out from outside of the run that registered it. */
export function strikeIn(folder: string, n: number, by: string): void {
  const fd = openSync(path.join(folder, 'undo.jsonl'), 'a');
  try {
    writeSync(fd, `${JSON.stringify({ n, state: 'done', at: new Date().toISOString(), by } satisfies UndoLine)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function parseLine(text: string): UndoLine | null {
  try {
    const parsed = UndoLine.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
