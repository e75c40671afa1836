import { Resolver } from 'node:dns/promises';
import type { Address } from '../../model/runtime.ts';
import type { Answered, Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** When a resolver gives up a question by itself; long after whoever asked has. */
const GIVE_UP_MS = 3000;

/** Looks a name up. The resolver keeps nothing of what it heard, and a question that is given up disturbs no other. */
export function askDns({ server, name, is, as, within_ms = Number.POSITIVE_INFINITY }: Extract<ResolvedProbe, { kind: 'dns' }>): Asker {
  const here = resolverOf(server);
  const there = as === undefined ? null : resolverOf(as);
  return {
    async ask(timeout_ms) {
      const sent = performance.now();
      const [said, truth] = await Promise.all([lookUp(here, name, timeout_ms), there === null ? null : lookUp(there, name, timeout_ms)]);
      const took = performance.now() - sent;
      if (!said.well) return said;
      if (truth !== null && !truth.well) return { ...truth, how: `the authority: ${truth.how}` };
      const wanted = truth?.how ?? is ?? said.how;
      if (took > within_ms) return { well: false, how: `${said.how} after ${Math.round(took)} ms`, silent: true };
      return { well: said.how === wanted, how: said.how === wanted ? said.how : `${said.how} instead of ${wanted}` };
    },
    close() {
      here.cancel();
      there?.cancel();
    },
  };
}

function resolverOf(server: Address | null): Resolver {
  const resolver = new Resolver({ timeout: GIVE_UP_MS, tries: 1 });
  if (server !== null) resolver.setServers([`${server.host}:${server.port}`]);
  return resolver;
}

function lookUp(resolver: Resolver, name: string, timeout_ms: number): Promise<Answered> {
  return new Promise((resolve) => {
    const silent = () => resolve({ well: false, how: `no answer for ${Math.round(timeout_ms)} ms`, silent: true });
    const timer = setTimeout(silent, timeout_ms);
    resolver.resolve4(name).then(
      (found) => {
        clearTimeout(timer);
        resolve({ well: true, how: found.sort().join(', ') });
      },
      ({ code, message }: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        if (code === 'ETIMEOUT') silent();
        else resolve({ well: false, how: code ?? message });
      },
    );
  });
}
