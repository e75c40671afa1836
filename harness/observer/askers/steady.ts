import { type Asker, askerOf } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/**
 * A question that is to be answered fast each time: not well from the first answer that takes longer than `within_ms` on, until none has for `over_ms`. For what is slow again and again, with
 * good moments in between.
 */
export function askSteady({ of, within_ms, over_ms }: Extract<ResolvedProbe, { kind: 'steady' }>, keep: boolean): Asker {
  const inner = askerOf(of, keep);
  let lastSlow = Number.NEGATIVE_INFINITY;
  let how = '';
  return {
    async ask() {
      const late = Promise.withResolvers<{ well: boolean; how: string }>();
      const timer = setTimeout(() => late.resolve({ well: false, how: `no answer within ${within_ms} ms` }), within_ms);
      const answered = await Promise.race([inner.ask(within_ms * 4), late.promise]);
      clearTimeout(timer);
      if (!answered.well) {
        lastSlow = performance.now();
        how = answered.how;
      }
      const quiet_ms = performance.now() - lastSlow;
      return quiet_ms > over_ms ? answered : { well: false, how: `${how}, ${Math.round(quiet_ms)} ms ago` };
    },
    close: () => inner.close(),
  };
}
