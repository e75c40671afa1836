import type { Address } from '../../model/runtime.ts';
import type { Probe, System } from '../../model/system.ts';
import type { ResolvedProbe } from '../../observer/protocol.ts';

/** What is asked through a link to see what faults do to it: its own `seen_by`, or the ready probe of its service where that asks the port to which the link goes; null: nothing can be asked. */
export function probeOfLink(system: System, link: string): Probe | null {
  const declared = system.links?.[link];
  if (declared === undefined) return null;
  if (declared.seen_by !== undefined) return declared.seen_by;
  const service = system.services[declared.to];
  if (service?.ready === undefined) return null;
  const first = Object.keys(service.ports)[0];
  return (service.ready.port ?? first) === (declared.port ?? first) ? service.ready : null;
}

/** Why a kind of fault on a link could not be seen; null when it can. */
export function cannotSee(kind: string, probe: Probe | null): string | null {
  if (probe === null)
    return 'nothing is known that could be asked through it, so that no fault on it would be seen; give the link a `seen_by`, or its service a `ready` on that port';
  // A proxy accepts connections by itself, whatever it does to bytes.
  if ('tcp' in probe && kind !== 'link-down')
    return `whether the port accepts shows nothing of ${kind}: the proxy accepts by itself; give the link a \`seen_by\` that asks by http or sql`;
  if (!('http' in probe) && kind === 'slow-close')
    return 'slow-close is seen where HTTP connections end; give the link a `seen_by` that asks by http';
  return null;
}

/** A probe at an address. */
export function probeAt(probe: Probe, address: Address): ResolvedProbe {
  if ('http' in probe) return { kind: 'http', address, method: probe.method, path: probe.http, status: probe.status };
  if ('sql' in probe) return { kind: 'sql', address, login: probe.login, text: probe.sql };
  return { kind: 'tcp', address };
}

/** The same question with an answer that must be there in time, or on a connection of its own. */
export function like(probe: Probe, address: Address, more: { readonly within_ms?: number; readonly fresh?: true }): ResolvedProbe {
  const plain = probeAt(probe, address);
  return plain.kind === 'http' || plain.kind === 'sql' ? { ...plain, ...more } : plain;
}

/** The least that an answer to a request takes of HTTP: its status line and a header or two. */
const LEAST_ANSWER = 100;
/** Most servers take headers of 8 KB; and a request without padding is about as long as the least answer. */
const PADDING = 6000;
const MOST_REQUESTS = 1000;

/** A question that carries at least so many bytes the ways that are named, on a connection of its own. */
export function heavy(probe: Probe, address: Address, bytes: number, way: 'to' | 'from' | 'both', within_ms: number): ResolvedProbe {
  if ('sql' in probe) {
    const long = 'x'.repeat(way === 'from' ? 0 : bytes);
    const text = { to: `SELECT length('${long}')`, from: `SELECT repeat('x', ${bytes})`, both: `SELECT '${long}'` }[way];
    return { kind: 'sql', address, login: probe.login, text, within_ms, fresh: true };
  }
  const plain = probeAt(probe, address);
  if (plain.kind !== 'http') return plain;
  const requests = Math.min(MOST_REQUESTS, Math.max(1, Math.ceil(bytes / (way === 'to' ? PADDING : LEAST_ANSWER))));
  const padding = way === 'from' ? 0 : Math.min(PADDING, Math.ceil(bytes / requests));
  return { kind: 'http-burst', address, path: plain.path, status: plain.status, requests, padding, within_ms };
}
