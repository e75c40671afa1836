import type { ResolvedProbe } from '../observer/protocol.ts';

/**
 * A question by whose answer a fault is seen, asked at every tau by a path that did not inject it. It is answered well while the fault is *absent*.
 * `on`: `target`, where the fault should bite; `bystander`, where it must not. All sights of a fault must be well before it is injected.
 */
export interface Sight {
  /** Unique in the run, for example `slow: api-1 → database`. */
  readonly name: string;
  readonly on: 'target' | 'bystander';
  /** Who looks: the observer, or a second pair of eyes that shares this service's network and processes. */
  readonly from: 'observer' | { readonly beside: string };
  readonly probe: ResolvedProbe;
  /** What is asked, for people: "GET /health through the link answers within 80 ms". */
  readonly means: string;
  /** How often; tau without it. Milliseconds. */
  readonly every_ms?: number;
}
