import { createInterface } from 'node:readline';
import type { ObserverProcess } from '../../model/runtime.ts';

const READY_WITHIN_MS = 20_000;
/** Longer than what it asks takes to give up. */
const ANSWER_WITHIN_MS = 27_000;

interface Line {
  readonly ready?: string;
  readonly n?: number;
  readonly status?: number;
  readonly text?: string;
}

type Answer = { readonly status: number; readonly text: string };

/** Requests to a program that carries links, over its standard streams: from outside its network it cannot be reached otherwise. */
export class Requests {
  readonly #program: ObserverProcess;
  readonly #what: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #ready = Promise.withResolvers<void>();
  #n = 0;
  #gone: string | null = null;
  #said = '';

  constructor(program: ObserverProcess, what: string) {
    this.#program = program;
    this.#what = what;
    this.#ready.promise.catch(() => undefined);
    program.stdin.on('error', () => undefined);
    program.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString()).slice(-1000);
    });
    createInterface({ input: program.stdout }).on('line', (line) => this.#hear(line));
    void program.exited.then((code) => {
      this.#gone = `what carries ${what} ended (${code ?? 'by a signal'}): ${this.#said.trim() || 'it said nothing'}`;
      this.#ready.reject(new Error(this.#gone));
      for (const settle of this.#waiting.values()) settle({ status: 0, text: this.#gone });
      this.#waiting.clear();
    });
  }

  /** Resolves when the program listens. */
  async ready(): Promise<void> {
    await this.#within(this.#ready.promise, READY_WITHIN_MS, () => {
      throw new Error(
        `what carries ${this.#what} was not ready within ${READY_WITHIN_MS / 1000} s: ${this.#said.trim() || 'it said nothing'}`,
      );
    });
  }

  /** Never throws: status 0 says that nobody answered, and why. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    if (this.#gone !== null) return { status: 0, text: this.#gone };
    const n = ++this.#n;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(n, resolve));
    this.#program.stdin.write(`${JSON.stringify({ n, method, path, body })}\n`);
    return await this.#within(answer, ANSWER_WITHIN_MS, () => {
      this.#waiting.delete(n);
      return { status: 0, text: `no answer within ${ANSWER_WITHIN_MS / 1000} s` };
    });
  }

  #hear(line: string): void {
    const { ready, n = 0, status = 0, text = '' } = JSON.parse(line) as Line;
    if (ready !== undefined) this.#ready.resolve();
    this.#waiting.get(n)?.({ status, text });
    this.#waiting.delete(n);
  }

  async #within<T>(work: Promise<T>, ms: number, otherwise: () => T): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), ms);
    });
    try {
      const first = await Promise.race([work, late]);
      return first === 'late' ? otherwise() : first;
    } finally {
      clearTimeout(timer);
    }
  }
}
