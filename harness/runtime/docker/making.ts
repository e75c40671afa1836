/** What is being made for a stand-up: it must be made before it can be removed, and nothing more is begun once the stand-up goes down. */
export class Making {
  readonly #standUp: string;
  readonly #begun = new Set<Promise<unknown>>();
  #over = false;

  constructor(standUp: string) {
    this.#standUp = standUp;
  }

  /** Does the work, known while it lasts. Rejects when the stand-up is going down. */
  async track<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over) throw new Error(`stand-up ${this.#standUp} is going down; nothing more is started`);
    const one = work();
    this.#begun.add(one);
    try {
      return await one;
    } finally {
      this.#begun.delete(one);
    }
  }

  /** Begins nothing more, and waits until all that was begun is made, or has failed. */
  async end(): Promise<void> {
    this.#over = true;
    await Promise.allSettled(this.#begun);
  }
}
