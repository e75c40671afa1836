import type { LinkPlace } from '../../model/runtime.ts';
import type { System } from '../../model/system.ts';
import type { Ground } from './kind.ts';
import { startTcpLinks, tcpMissing } from './tcp.ts';

/**
 * Starts what carries the declared links, before any service: their users are told where they listen. One function for each `via`: a new one is a file beside `tcp.ts`, and its line here and in
 * `linksMissing`.
 */
export async function startLinks(ground: Ground): Promise<ReadonlyMap<string, LinkPlace>> {
  return new Map([...(await startTcpLinks(ground))]);
}

/** Null when the links of a system can be carried from this machine; otherwise what is missing, and how to get it. */
export async function linksMissing(system: System): Promise<string | null> {
  const vias = new Set(Object.values(system.links ?? {}).map((link) => link.via));
  if (vias.has('http')) return 'links of `via: "http"` cannot be carried yet; use `via: "tcp"`';
  return vias.has('tcp') ? await tcpMissing() : null;
}
