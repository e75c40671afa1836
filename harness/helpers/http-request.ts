import { createInterface } from 'node:readline';
import type { Address } from '../model/runtime.ts';

/** HTTP requests from inside a run's network, for faults: an order a line on standard input, each sent once and answered with a line. It ends with its input. */
export interface RequestOrder {
  readonly address: Address;
  readonly method: string;
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}
/** `text`: the beginning of the answer. */
export type RequestAnswer = { readonly status: number; readonly text: string } | { readonly error: string };

const ANSWER_WITHIN_MS = 10_000;
const TOLD = 300;

createInterface({ input: process.stdin }).on('line', async (line) =>
  console.log(JSON.stringify(await send(JSON.parse(line) as RequestOrder))),
);

async function send({ address, method, path, body }: RequestOrder): Promise<RequestAnswer> {
  try {
    const answer = await fetch(`http://${address.host}:${address.port}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      redirect: 'manual',
    });
    return { status: answer.status, text: (await answer.text()).slice(0, TOLD) };
  } catch (error) {
    const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    return { error: `${message}: ${cause?.code ?? cause?.message ?? 'no answer'}` };
  }
}
