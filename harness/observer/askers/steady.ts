import { type Asker, askerOf } from '../asker.ts';
import type { ResolvedProbe } from '../protocol.ts';

/** Slow answers whose questions lie closer together than this may have met one stall of a busy machine. */
const APART_MS = 1000;

/**
 * A question that is to be answered fast each time: not well once two answers to questions that lie apart took longer than `within_ms`, until none has for `over_ms`. For what is slow again and
 * again, with good moments in between. After one that was slow nothing is known, until a second one comes or none has for `over_ms`.
 */
export function askSteady({ of, within_ms, over_ms }: Extract<ResolvedProbe, { kind: 'steady' }>, keep: boolean): Asker {
  const inner = askerOf(of, keep);
  let firstSlow: number | null = null;
  let lastSlow = Number.NEGATIVE_INFINITY;
  let again = false;
  let how = '';
  return {
    async ask() {
      const sent = performance.now();
      const late = Promise.withResolvers<{ well: boolean; how: string }>();
      const timer = setTimeout(() => late.resolve({ well: false, how: `no answer within ${within_ms} ms` }), within_ms);
      const answered = await Promise.race([inner.ask(within_ms * 4), late.promise]);
      clearTimeout(timer);
      const now = performance.now();
      if (now - lastSlow > over_ms) {
        firstSlow = null;
        again = false;
      }
      if (!answered.well) {
        firstSlow ??= sent;
        again ||= sent - firstSlow >= APART_MS;
        lastSlow = now;
        how = answered.how;
      }
      if (firstSlow === null) return answered;
      const slow = { well: false, how: `${how}, ${Math.round(now - lastSlow)} ms ago` };
      return again ? slow : { ...slow, mute: true };
    },
    close: () => inner.close(),
  };
}
