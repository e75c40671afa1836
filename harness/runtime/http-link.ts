import type { Address, Helper, HelperSpec, LinkPlace } from '../model/runtime.ts';
import { startSteered } from './steered-helper.ts';

/** Starts the proxy of an HTTP link (`harness/helpers/http-proxy.ts`), which listens at `listen` of its own place (port 0: one that is free) and asks `to`. */
export async function startHttpLink(
  name: string,
  to: Address,
  listen: Address,
  start: (spec: HelperSpec) => Promise<Helper>,
): Promise<LinkPlace> {
  const argv = ['node', 'harness/helpers/http-proxy.ts', JSON.stringify({ listen, to })];
  const { host, ports, ask, undoAsk } = await startSteered(start, { name: `link-${name}`, argv });
  return { name, address: { host, port: ports['port'] ?? 0 }, to, ask, undoAsk };
}
