import { closeSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type Dockerode from 'dockerode';
import { split } from './streams.ts';

const TAIL_BYTES = 65_536;
const DRAINED_WITHIN_MS = 1000;

/** What is to be minded about the log of a container that is not ours. */
export interface ForeignLog {
  /** Only what it says from then on (seconds since 1970) is the run's business. */
  readonly since_s: number;
  /** Texts that are left out: credentials. */
  readonly hide: readonly string[];
  /** Whether the engine can read it back at all; a terminal's has no frames. */
  readonly readable: boolean;
}

/**
 * What one container says, written to a file as it says it, over all of its lives: the engine's stream ends when the container does, and each start has to be followed anew.
 * The engine's own time of the last message says where to go on, so that nothing is missing and nothing there twice.
 */
export class ContainerLog {
  readonly #docker: Dockerode;
  readonly #container: string;
  readonly #file: string;
  readonly #foreign: ForeignLog | null;
  #descriptor: number | null = null;
  #unwritten: Error | null = null;
  #following: Promise<void> | null = null;
  #stream: { destroy(): void } | null = null;
  #last_s = 0;

  constructor(docker: Dockerode, container: string, file: string, foreign: ForeignLog | null = null) {
    this.#docker = docker;
    this.#container = container;
    this.#file = file;
    this.#foreign = foreign;
    this.#last_s = foreign?.since_s ?? 0;
  }

  /** Follows from here on, until the container ends. Does nothing while it is being followed. */
  async follow(): Promise<void> {
    // The stream of the life before may still be on its way.
    await this.#drained();
    if (this.#following !== null || this.#foreign?.readable === false) return;
    this.#descriptor ??= openSync(this.#file, 'a');
    // A log that is read, not an attached stream: a container waits for those who are attached and slow.
    const stream = await this.#docker
      .getContainer(this.#container)
      .logs({ follow: true, stdout: true, stderr: true, timestamps: true, since: this.#last_s });
    this.#stream = stream as unknown as { destroy(): void };
    const hear = (message: Buffer) => this.#write(message);
    const following = split(stream, { stdout: hear, stderr: hear }).ended.then(() => {
      if (this.#following === following) this.#following = null;
    });
    this.#following = following;
  }

  /** The last lines; of a container that has ended, the last that it said. */
  async tail(lines: number, alive: boolean): Promise<readonly string[]> {
    if (!alive) await this.#drained();
    const text = await this.#end();
    const told = this.#unwritten === null ? [] : [`(its log could not be written: ${this.#unwritten.message})`];
    return [...text.split('\n').filter(Boolean), ...told].slice(-lines);
  }

  /** Writes what is still to come of a container that has been removed, and closes the file. Idempotent. */
  async close(): Promise<void> {
    await this.#drained();
    this.#stream?.destroy();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  async #drained(): Promise<void> {
    if (this.#following === null) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, DRAINED_WITHIN_MS);
    });
    await Promise.race([this.#following, late]);
    clearTimeout(timer);
  }

  /** `2026-11-23T19:10:00.123456789Z text`: a message, with the engine's time in front of it. */
  #write(message: Buffer): void {
    const space = message.indexOf(' ');
    const stamp = message.subarray(0, space).toString();
    const seconds = Date.parse(`${stamp.slice(0, 19)}Z`) / 1000;
    // A microsecond on: past this message, and far from the first of another life.
    if (Number.isFinite(seconds)) this.#last_s = Math.max(this.#last_s, seconds + Number(`0.${stamp.slice(20, -1)}`) + 1e-6);
    if (this.#descriptor === null) return;
    try {
      if (this.#foreign === null || this.#foreign.hide.length === 0) writeSync(this.#descriptor, message, space + 1);
      else writeSync(this.#descriptor, hidden(message.subarray(space + 1).toString(), this.#foreign.hide));
    } catch (error) {
      // A full disk: the run has its own guard against that; whoever asks for the tail is told.
      this.#unwritten = error as Error;
    }
  }

  async #end(): Promise<string> {
    try {
      await using file = await open(this.#file);
      const { size } = await file.stat();
      const from = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
      return buffer.toString('utf8', 0, bytesRead);
    } catch (error) {
      // It never said anything.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }
}

function hidden(text: string, secrets: readonly string[]): string {
  return secrets.reduce((left, secret) => left.replaceAll(secret, '(hidden)'), text);
}
