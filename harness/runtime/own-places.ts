import type { Address, Helper, HelperSpec, LinkPlace, NamesPlace } from '../model/runtime.ts';
import type { System } from '../model/system.ts';
import { startHttpLink } from './http-link.ts';
import { startNames } from './names.ts';
import { Authority, startTlsLink } from './tls-link.ts';

/** What a runtime gives to programs of ours that stand between services. */
export interface Ground {
  readonly system: System;
  lookUp(service: string, port?: string): Address;
  helper(spec: HelperSpec): Promise<Helper>;
  /** Where a proxy listens, in its own place; port 0: one that is free. */
  readonly listen: Address;
}

/** Starts the proxies of the links that are `http` or `tls`, all at once. */
export async function startOwnLinks({ system, lookUp, helper, listen }: Ground): Promise<ReadonlyMap<string, LinkPlace>> {
  const links = Object.entries(system.links ?? {}).filter(([, link]) => link.via !== 'tcp');
  const authority = links.some(([, link]) => link.via === 'tls') ? new Authority() : null;
  const places = links.map(async ([name, link]) => {
    const to = lookUp(link.to, link.port);
    const place =
      authority !== null && link.via === 'tls'
        ? await startTlsLink(name, to, listen, helper, authority)
        : await startHttpLink(name, to, listen, helper);
    return [name, place] as const;
  });
  return new Map(await Promise.all(places));
}

/** Starts the system's name server, if it declares names. */
export async function startOwnNames({ system, lookUp, helper }: Ground): Promise<NamesPlace | null> {
  return system.names === undefined ? null : await startNames(system.names, (service) => lookUp(service).host, helper);
}
