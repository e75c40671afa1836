import { secondsOf } from '../model/quantity.ts';
import type { Helper, HelperSpec, NamesPlace } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { startSteered } from './steered-helper.ts';

const PORT = 53;
const AUTHORITY_PORT = 5353;

/** Starts a system's name server (`harness/helpers/dns-server.ts`): what services ask, and beside it what it asks itself. */
export async function startNames(
  names: NonNullable<System['names']>,
  hostOf: (service: string) => string,
  start: (spec: HelperSpec) => Promise<Helper>,
): Promise<NamesPlace> {
  const records = Object.fromEntries(
    Object.entries(names).map(([name, { to, ttl }]) => [name, { ip: hostOf(to), ttl_s: Math.ceil(secondsOf(ttl)) }]),
  );
  const config = { listen: { host: '0.0.0.0', port: PORT }, authority: { host: '0.0.0.0', port: AUTHORITY_PORT }, records };
  const argv = ['node', 'harness/helpers/dns-server.ts', JSON.stringify(config)];
  const { host, ask, undoAsk } = await startSteered(start, { name: 'names', argv });
  return { address: { host, port: PORT }, authority: { host, port: AUTHORITY_PORT }, ask, undoAsk };
}
