import { Toxiproxy as Client, type ICreateToxicBody } from 'toxiproxy-node-client';
import type { Ask } from './kind.ts';

/** What is put upon a link's bytes: a toxic of toxiproxy's. `to`: on their way to the service (upstream); `from`: on their way back. Its toxicity is always 1: chance is ours. */
export interface Toxic {
  readonly name: string;
  readonly type: 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'limit_data';
  readonly way: 'to' | 'from';
  readonly attributes: Readonly<Record<string, number>>;
}

/** A proxy of toxiproxy's, in our nouns. Every method throws an Error that says what was asked and what the server said. */
export interface Toxiproxy {
  version(): Promise<string>;
  create(name: string, listen: string, upstream: string): Promise<void>;
  add(proxy: string, toxic: Toxic): Promise<void>;
  change(proxy: string, toxic: Toxic): Promise<void>;
  /** Takes it away; one that is not there is well. */
  remove(proxy: string, toxic: string): Promise<void>;
  enable(proxy: string, enabled: boolean): Promise<void>;
}

const STREAM = { to: 'upstream', from: 'downstream' } as const;

/** The request that takes a toxic away, and the one that lets a proxy listen again: what undos consist of. */
export function removal(proxy: string, toxic: string): { readonly method: string; readonly path: string } {
  return { method: 'DELETE', path: `/proxies/${proxy}/toxics/${toxic}` };
}
export function enabling(proxy: string, enabled: boolean): { readonly method: string; readonly path: string; readonly body: unknown } {
  return { method: 'POST', path: `/proxies/${proxy}`, body: { enabled } };
}

/** toxiproxy-node-client, speaking through `ask`, since a run's network cannot be reached from here. Its own way of speaking drops what the server said. */
export function toxiproxyBy(ask: Ask): Toxiproxy {
  const client = new Client('');
  const api = {
    get: async (url: string) => ({ data: await json(ask, 'GET', url) }),
    post: async (url: string, body?: unknown) => ({ data: await json(ask, 'POST', url, body) }),
    delete: async (url: string) => void (await answer(ask, 'DELETE', url)),
    getText: async (url: string) => await answer(ask, 'GET', url),
  };
  client.api = api as unknown as typeof client.api;
  return {
    async version() {
      const text = await client.getVersion();
      // Newer ones answer with JSON, older ones with the bare number.
      return /"version"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim();
    },
    async create(name, listen, upstream) {
      await client.createProxy({ name, listen, upstream });
    },
    async add(proxy, toxic) {
      await (await client.get(proxy)).addToxic(bodyOf(toxic));
    },
    async change(proxy, toxic) {
      await answer(ask, 'POST', `/proxies/${proxy}/toxics/${toxic.name}`, { attributes: toxic.attributes, toxicity: 1 });
    },
    async remove(proxy, toxic) {
      const { method, path } = removal(proxy, toxic);
      await answer(ask, method, path, undefined, [404]);
    },
    async enable(proxy, enabled) {
      const { method, path, body } = enabling(proxy, enabled);
      await answer(ask, method, path, body);
    },
  };
}

function bodyOf({ name, type, way, attributes }: Toxic): ICreateToxicBody<never> {
  return { name, type, stream: STREAM[way], toxicity: 1, attributes } as unknown as ICreateToxicBody<never>;
}

async function answer(ask: Ask, method: string, path: string, body?: unknown, well: readonly number[] = []): Promise<string> {
  const { status, text } = await ask(method, path, body);
  if ((status >= 200 && status < 300) || well.includes(status)) return text;
  const said = /"error"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim();
  throw new Error(
    `toxiproxy: ${method} ${path}${body === undefined ? '' : ` ${JSON.stringify(body)}`} ${status === 0 ? 'was not answered' : `gave ${status}`}: ${said}`,
  );
}

async function json(ask: Ask, method: string, path: string, body?: unknown): Promise<unknown> {
  const text = await answer(ask, method, path, body);
  return text === '' ? undefined : JSON.parse(text);
}
