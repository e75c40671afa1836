import { Resolver } from 'node:dns/promises';
import type { Address } from '../../model/runtime.ts';
import type { Answered, Asker } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** Looks a name up, with a resolver of its own for each question: nothing is remembered, and a question that is given up disturbs no other. */
export function askDns({ server, name, is, as, within_ms = Number.POSITIVE_INFINITY }: Extract<ResolvedProbe, { kind: 'dns' }>): Asker {
  return {
    async ask(timeout_ms) {
      const sent = performance.now();
      const [here, there] = await Promise.all([lookUp(server, name, timeout_ms), as === undefined ? null : lookUp(as, name, timeout_ms)]);
      const took = performance.now() - sent;
      if (!here.well) return here;
      if (there !== null && !there.well) return { ...there, how: `the authority: ${there.how}` };
      const wanted = there?.how ?? is ?? here.how;
      if (took > within_ms) return { well: false, how: `${here.how} after ${Math.round(took)} ms` };
      return { well: here.how === wanted, how: here.how === wanted ? here.how : `${here.how} instead of ${wanted}` };
    },
    close: () => undefined,
  };
}

async function lookUp(server: Address | null, name: string, timeout_ms: number): Promise<Answered> {
  const resolver = new Resolver({ timeout: Math.ceil(timeout_ms), tries: 1 });
  if (server !== null) resolver.setServers([`${server.host}:${server.port}`]);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    resolver.cancel();
  }, timeout_ms);
  try {
    const found = await resolver.resolve4(name);
    return { well: true, how: found.sort().join(', ') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (late || code === 'ETIMEOUT') return { well: false, how: `no answer for ${Math.round(timeout_ms)} ms`, silent: true };
    return { well: false, how: code ?? message };
  } finally {
    clearTimeout(timer);
  }
}
