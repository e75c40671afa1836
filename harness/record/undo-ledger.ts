import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type UndoAction, UndoLine } from '../model/fault.ts';

const NEWLINE = 10;

/** An undo that is registered and not yet struck out. */
export interface PendingUndo {
  readonly n: number;
  readonly what: string;
  readonly action: UndoAction;
}

/** Somebody else heals this run: what was about to be done must not be done any more. */
export class TakenOver extends Error {}

/**
 * undo.jsonl: the write-ahead ledger of what must be undone. A line is on the disk (fsync) before the deed it belongs to, and holds all that is
 * needed to undo it without the memory of the run.
 */
export class UndoLedger {
  readonly #folder: string;
  readonly #fd: number;
  readonly #pending = new Map<number, PendingUndo>();
  #last = 0;
  #bytes = 0;
  #closed = false;

  constructor(folder: string) {
    this.#folder = folder;
    this.#fd = openSync(fileIn(folder), 'a');
    this.#bytes = fstatSync(this.#fd).size;
  }

  /**
   * Registers an undo; returns what strikes it out. Throws when it cannot be made durable, or when somebody else took the healing over (TakenOver): then the deed must not be done.
   */
  register(what: string, action: UndoAction): (by?: string) => void {
    const n = ++this.#last;
    this.#write({ n, state: 'todo', at: new Date().toISOString(), what, action });
    this.#pending.set(n, { n, what, action });
    // Looked for after the write: whoever took over before it may not have read it.
    const by = this.takenBy();
    if (by !== null) throw new TakenOver(`${what} was not begun: ${by} has taken over the healing of this run`);
    return (who = 'run') => this.strike(n, who);
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

  /** Who took the healing over while this process stood still; null: nobody. Reads the file only when it holds more than was written here. */
  takenBy(): string | null {
    if (this.#closed || fstatSync(this.#fd).size === this.#bytes) return null;
    return readPending(this.#folder).taken;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  #write(line: UndoLine): void {
    this.#bytes += writeLine(this.#fd, `${JSON.stringify(line)}\n`);
  }
}

/** What the ledger of a run folder still holds, newest first, and who took it over; lines that a crash cut short are named in `unreadable`. */
export function readPending(folder: string): {
  readonly pending: readonly PendingUndo[];
  readonly unreadable: readonly string[];
  readonly taken: string | null;
} {
  const file = fileIn(folder);
  if (!existsSync(file)) return { pending: [], unreadable: [], taken: null };
  const pending = new Map<number, PendingUndo>();
  const unreadable: string[] = [];
  let taken: string | null = null;
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    if (text === '') continue;
    const line = parseLine(text);
    if (line === null) unreadable.push(text);
    else if (line.state === 'todo') pending.set(line.n, { n: line.n, what: line.what, action: line.action });
    else if (line.state === 'done') pending.delete(line.n);
    else taken = line.by;
  }
  return { pending: [...pending.values()].reverse(), unreadable, taken };
}

/** Every undo that was ever registered in the ledger of a run folder, struck out or not. */
export function readRegistered(folder: string): readonly PendingUndo[] {
  const file = fileIn(folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text) => {
      const line = text === '' ? null : parseLine(text);
      return line?.state === 'todo' ? [{ n: line.n, what: line.what, action: line.action }] : [];
    });
}

/** Strikes an undo out from outside of the run that registered it. */
export function strikeIn(folder: string, n: number, by: string): void {
  append(folder, { n, state: 'done', at: new Date().toISOString(), by });
}

/** Takes the healing over from a process that stands still: from here on it can register nothing. */
export function takeOver(folder: string, by: string): void {
  append(folder, { state: 'taken', at: new Date().toISOString(), by });
}

function append(folder: string, line: UndoLine): void {
  const fd = openSync(fileIn(folder), 'a+');
  try {
    writeLine(fd, `${endsMidLine(fd) ? '\n' : ''}${JSON.stringify(line)}\n`);
  } finally {
    closeSync(fd);
  }
}

/** Puts a whole line on the disk, and returns its bytes; throws, and leaves nothing of it, when the disk does not take all of it. */
function writeLine(fd: number, text: string): number {
  const bytes = Buffer.from(text);
  const { size } = fstatSync(fd);
  let done = 0;
  try {
    while (done < bytes.length) {
      const wrote = writeSync(fd, bytes, done);
      if (wrote === 0) throw new Error(`the undo ledger could not be written: ${done} of ${bytes.length} bytes were taken, then none`);
      done += wrote;
    }
    fsyncSync(fd);
  } catch (error) {
    // What somebody else appended meanwhile stays.
    if (fstatSync(fd).size === size + done) ftruncateSync(fd, size);
    throw error;
  }
  return bytes.length;
}

/** Whether a crash cut the last line short: what is appended must not become a part of it. */
function endsMidLine(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] !== NEWLINE;
}

function fileIn(folder: string): string {
  return path.join(folder, 'undo.jsonl');
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
