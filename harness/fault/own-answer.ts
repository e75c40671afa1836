import type { Instance } from '../model/runtime.ts';
import type { ResolvedProbe } from '../observer/protocol.ts';

/** A service's own ready probe, on a connection of its own each time; null where it only accepts connections, which a kernel does for a program that does not. */
export function freshAnswer(target: Instance): ResolvedProbe | null {
  const { ready } = target.spec;
  if (ready === undefined || 'tcp' in ready) return null;
  const at = target.address(ready.port);
  return 'http' in ready
    ? { kind: 'http', address: at, method: ready.method, path: ready.http, status: ready.status, fresh: true }
    : { kind: 'sql', address: at, login: ready.login, text: ready.sql, fresh: true };
}
