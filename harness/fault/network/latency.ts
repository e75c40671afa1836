import { like } from './link-probe.ts';
import { ms, toxicFault, type With } from './toxic.ts';

/** How many delays are drawn; then they begin again. */
const DRAWN = 64;
/** Questions that take longer are asked less often. */
const MANY_MS = 500;
const AT_A_TIME = 25;

/**
 * Delays what a link carries. The part that always holds is one toxic that is never touched; the rest, up to twice the jitter, is another, changed every so often along a sequence that was drawn with the
 * plan: toxiproxy lets what it holds go when a toxic changes, and so no byte ever comes before delay - jitter.
 */
export const latency = toxicFault({
  kind: 'latency',
  does: 'delays what a link carries, each way, with jitter drawn by us',
  seen_by: 'the question through the link takes longer than nine tenths of the delay',
  toxics: (given) => [
    { type: 'latency', attributes: { latency: ms(given['delay']) - ms(given['jitter']), jitter: 0 } },
    ...(ms(given['jitter']) > 0 ? [{ type: 'latency' as const, attributes: { latency: drawn(given)[0] ?? 0, jitter: 0 } }] : []),
  ],
  sight(given, way, probe, { address }) {
    const least = (ms(given['delay']) - ms(given['jitter'])) * (way === 'both' ? 2 : 1);
    const within_ms = Math.max(1, Math.floor(least * 0.9));
    return {
      probe: like(probe, address, { within_ms }),
      means: `the answer through the link is there within ${within_ms} ms`,
      // Not so many at a time that the observer would ask no more.
      ...(within_ms > MANY_MS ? { every_ms: Math.ceil(within_ms / AT_A_TIME) } : {}),
    };
  },
  play(given, change) {
    const rest = drawn(given);
    if (rest.length === 0) return () => undefined;
    let i = 0;
    // One that fails is tried again by the next: what holds meanwhile is a delay that was drawn, too.
    const timer = setInterval(
      () => void change(1, { latency: rest[++i % rest.length] ?? 0, jitter: 0 }).catch(() => undefined),
      ms(given['every']),
    );
    return () => clearInterval(timer);
  },
  draw(given, random) {
    const jitter = ms(given['jitter']);
    return jitter === 0 ? given : { ...given, rest_ms: Array.from({ length: DRAWN }, () => random.int(2 * jitter + 1)) };
  },
});

/** What is added to delay - jitter, one after the other, in milliseconds. */
function drawn(given: With): readonly number[] {
  return (given['rest_ms'] as number[] | undefined) ?? [];
}
