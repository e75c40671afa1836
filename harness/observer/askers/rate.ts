import http from 'node:http';
import type { Answered, Asker } from '../asker.ts';
import { at } from '../pointer.ts';
import type { ResolvedProbe, Told } from '../protocol.ts';

type Rate = Extract<ResolvedProbe, { kind: 'rate' }>;
/** A figure and the two moments (ms) between which it was true, or what came instead. */
type Sample = { readonly figure: number; readonly sent: number; readonly answered: number } | Answered;

const LEAST_ANSWER_MS = 1500;

/**
 * Asks for a figure that a service tells of itself, and for a rate asks again a window later: each question takes samples of its own, so that what is answered is true of the time after it was
 * sent. The rate is taken at its least, over the longest time that can lie between the two samples: a question that waited in a queue makes no flood. Nor does a page that cannot be had: without a
 * figure nothing is known.
 */
export function askRate(probe: Rate): Asker {
  const agent = new http.Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 8 });
  const { window_ms, below } = probe;
  return {
    async ask(timeout_ms) {
      // A page that is told slowly is no sign of anything: more patience than with a service that may be dead.
      const patience_ms = Math.max(timeout_ms, LEAST_ANSWER_MS);
      const first = await sample(probe, agent, patience_ms);
      if ('well' in first) return first;
      if (window_ms === null) return { well: first.figure < below, how: `${first.figure}, limit ${below}` };
      await new Promise((resolve) => setTimeout(resolve, window_ms));
      const second = await sample(probe, agent, patience_ms);
      if ('well' in second) return second;
      if (second.figure < first.figure) return { well: true, how: 'the counter began again' };
      const rate = (second.figure - first.figure) / ((second.answered - first.sent) / 1000);
      return { well: rate < below, how: `${Math.round(rate)} a second, limit ${Math.round(below)}` };
    },
    close: () => agent.destroy(),
  };
}

/** Asks once for a figure. */
export function sample({ address, path, number }: Told, agent: http.Agent, timeout_ms: number): Promise<Sample> {
  const sent = performance.now();
  return new Promise((resolve) => {
    const request = http.get({ host: address.host, port: address.port, path, agent });
    const timer = setTimeout(() => {
      resolve({ well: false, how: `no answer for ${Math.round(timeout_ms)} ms`, silent: true });
      request.destroy();
    }, timeout_ms);
    const failed = (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ well: false, how: error.code ?? error.message, mute: true });
    };
    request.on('error', failed);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += text.length < 20_000 ? chunk : ''));
      response.on('error', failed);
      response.on('end', () => {
        clearTimeout(timer);
        const figure = figureIn(text, number);
        if (response.statusCode !== 200 || figure === null)
          resolve({ well: false, how: `HTTP ${response.statusCode ?? 0} without the figure ${number}: ${text.slice(0, 80)}`, mute: true });
        else resolve({ figure, sent, answered: performance.now() });
      });
    });
  });
}

/** The figure at a JSON pointer, or in the first group of a regular expression; null where there is none. */
export function figureIn(text: string, number: string): number | null {
  const found = number.startsWith('/') ? pointed(text, number) : new RegExp(number).exec(text)?.[1];
  const figure = typeof found === 'number' || (typeof found === 'string' && found !== '') ? Number(found) : Number.NaN;
  return Number.isFinite(figure) ? figure : null;
}

function pointed(text: string, pointer: string): unknown {
  try {
    return at(JSON.parse(text), pointer);
  } catch {
    // No JSON: it has no figure either, and who asked says what came instead.
    return null;
  }
}
