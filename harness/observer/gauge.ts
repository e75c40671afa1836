import http from 'node:http';
import { sample } from './askers/rate.ts';
import { now } from './clock.ts';
import type { Output } from './output.ts';
import type { Command } from './protocol.ts';

const ANSWER_WITHIN_MS = 1000;

/** Follows a figure that a service tells of itself, one question at a time, on a connection that is kept. */
export class Gauge {
  readonly #agent = new http.Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 1 });
  #stopped = false;

  constructor(command: Extract<Command, { do: 'gauge' }>, output: Output) {
    void this.#follow(command, output);
  }

  stop(): void {
    this.#stopped = true;
    this.#agent.destroy();
  }

  async #follow({ name, figure, every_ms }: Extract<Command, { do: 'gauge' }>, output: Output): Promise<void> {
    while (!this.#stopped) {
      const sent = now();
      const told = await sample(figure, this.#agent, ANSWER_WITHIN_MS);
      if (this.#stopped) return;
      const at = now();
      output.event(
        'well' in told ? { k: 'gauge', at, sent, name, value: null, how: told.how } : { k: 'gauge', at, sent, name, value: told.figure },
      );
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, every_ms - (at - sent) / 1e6)));
    }
  }
}
