import { parse } from '../runtime/docker/network.ts';

/** How many bits of an address a run's network fixes. */
const NETWORK_BITS = 26;

/**
 * Throws unless an address is one that a load may be put on: loopback for a load that runs on loopback, else an address of the run's own network, on which the load itself stands. Names are
 * refused, since nobody knows where they lead.
 */
export function onlyOwn(what: string, from: string, to: string): void {
  if (isLoopback(from) ? isLoopback(to) : sameNetwork(from, to)) return;
  throw new Error(
    `${what} may be aimed only at ${isLoopback(from) ? 'loopback' : `the run's own network, on which it stands (${from})`}, and ${to} is not there; nothing was sent`,
  );
}

function isLoopback(host: string): boolean {
  return /^127(\.\d{1,3}){3}$/.test(host);
}

function sameNetwork(one: string, other: string): boolean {
  if (![one, other].every((host) => /^\d{1,3}(\.\d{1,3}){3}$/.test(host))) return false;
  return parse(`${one}/${NETWORK_BITS}`).base === parse(`${other}/${NETWORK_BITS}`).base;
}
