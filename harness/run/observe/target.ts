import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { UsageError } from '../../model/usage-error.ts';

/** What is watched: a URL, and the address that it means. */
export interface Target {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly header: string;
}

/**
 * The address of a URL to watch. Only this machine (127.0.0.0/8, ::1, and names that mean nothing else) unless `allowed` names the host: whoever probes a stranger a hundred times a second should
 * have meant it. Throws UsageError.
 */
export async function targetOf(text: string, allowed: readonly string[]): Promise<Target> {
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new UsageError(`"${text}" is no URL; write for example http://127.0.0.1:8080/health`, { cause });
  }
  if (url.protocol !== 'http:') throw new UsageError(`${text}: only http:// is watched, ${url.protocol}// is not offered`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(`${url.host}: a URL with a password is not taken: it would stand in the record`);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = net.isIP(name) === 0 ? await addressesOf(name) : [name];
  const stranger = addresses.find((address) => !isLoopback(address));
  if (stranger !== undefined && !allowed.includes(name))
    throw new UsageError(
      `${name} is not this machine${stranger === name ? '' : ` (it is ${stranger})`}; if you may probe it, say so by its name: --allow ${name}`,
    );
  const host = addresses[0] ?? name;
  return { url: text, host, port: Number(url.port === '' ? 80 : url.port), path: `${url.pathname}${url.search}`, header: url.host };
}

async function addressesOf(name: string): Promise<readonly string[]> {
  try {
    return (await lookup(name, { all: true, order: 'ipv4first' })).map(({ address }) => address);
  } catch (cause) {
    throw new UsageError(`${name} has no address: ${(cause as Error).message}`, { cause });
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
