import type { TimelineEvent } from '../model/event.ts';
import type { HttpStep, PlannedFresh, SqlStep } from '../model/journey.ts';
import type { Address } from '../model/runtime.ts';
import type { Login } from '../model/system.ts';

/**
 * What the harness says to the observer and hears from it: JSON lines over stdin and stdout.
 *
 * Each command has a number `n` and gets exactly one reply (`{k: 'reply', n, …}`), when it is done. Everything else that the observer writes is
 * a timeline event, already stamped, to be appended as it is (the exact bytes of the line), or a `progress` line for people.
 * When stdin closes, the observer stops at once and exits 0: it never outlives its harness.
 */
export type Command = {
  readonly n: number;
} /** `origin`: the `mono_ns` of another observer on this machine, whose t = 0 shall be this one's, too. */ & (
  | { readonly do: 'hello'; readonly run: string; readonly token: string; readonly origin?: string }
  /** Stamps this event with `at` and writes it to the timeline; the reply carries the stamp. */
  | { readonly do: 'mark'; readonly event: DistributiveOmit<TimelineEvent, 'at'> }
  /** One question, asked once; never part of the timeline. */
  | { readonly do: 'ask'; readonly probe: ResolvedProbe; readonly timeout_ms: number }
  /** Starts streams; they run until `unload`. A stream is a journey and one writer or prober. */
  | { readonly do: 'load'; readonly streams: readonly ResolvedStream[] }
  /** Stops these journeys' streams (all without a list); done when the last answer came or its time ran out. */
  | { readonly do: 'unload'; readonly journeys?: readonly string[] }
  /** Looks at a service every `every_ms`, and writes `watch` events, until `unwatch`. */
  | { readonly do: 'watch'; readonly service: string; readonly probe: ResolvedProbe; readonly every_ms: number }
  | { readonly do: 'unwatch'; readonly service: string }
  /** Polls the cluster document (the first of `ask` that answers), writes `cluster` events when it changes, and `lag` events from the leader; until `end`. */
  | {
      readonly do: 'cluster';
      readonly ask: readonly { readonly member: string; readonly url: string }[];
      readonly every_ms: number;
      readonly sql: Readonly<Record<string, Address>>;
      readonly login: Login;
    }
  /** Asks a service for a figure every `every_ms`, one question at a time, and writes `gauge` events, until `end`. */
  | {
      readonly do: 'gauge';
      readonly name: string;
      readonly figure: Told;
      readonly every_ms: number;
    }
  /** Reads one store to the end, writes `found` and `read` events. */
  | {
      readonly do: 'read';
      readonly store: string;
      readonly role: 'authority' | 'member';
      readonly from: ResolvedRead;
      readonly prefix: string;
      readonly timeout_ms: number;
    }
  /** Writes `end` and exits. */
  | { readonly do: 'end' }
);
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A figure that a service tells of itself. `number`: where it stands in the answer, a JSON pointer or a regular expression with a group. */
export interface Told {
  readonly address: Address;
  readonly path: string;
  readonly number: string;
}

/** A probe with its address filled in. */
export type ResolvedProbe =
  | {
      readonly kind: 'http';
      readonly address: Address;
      readonly method: string;
      readonly path: string;
      readonly status: readonly number[];
      readonly headers?: Readonly<Record<string, string>>;
      /** Text that a right answer contains. */
      readonly body_has?: string;
      /** Text that a right answer does not contain. */
      readonly body_not?: string;
      /** The answer's `Date` must be this near to this machine's clock. */
      readonly date_within_ms?: number;
      /** An answer that takes longer to be complete is not well. */
      readonly within_ms?: number;
      /** A connection of its own for each question: what acts on new connections only is seen at once. */
      readonly fresh?: boolean;
      /** The question is not whether it is well, but whether it raises an alert: an answer with one of `status` and `body_has` does, any other is well, and none at all says nothing. */
      readonly alert?: true;
    }
  | {
      readonly kind: 'sql';
      readonly address: Address;
      readonly login: Login;
      readonly text: string;
      /** An answer that takes longer is not well. */
      readonly within_ms?: number;
      /** A connection of its own for each question. */
      readonly fresh?: boolean;
      /** Settings of the session, for example "-c lock_timeout=200". */
      readonly options?: string;
    }
  /** For eyes beside a service: its processor, its memory, a file system of its, its open files. */
  | { readonly kind: 'processor'; readonly over_ms: number; readonly held_share: number }
  | { readonly kind: 'memory'; readonly below: number }
  | { readonly kind: 'disk'; readonly path: string; readonly spare: number }
  | { readonly kind: 'handles'; readonly spare: number }
  /** Another question, answered fast each time. */
  | { readonly kind: 'steady'; readonly of: ResolvedProbe; readonly within_ms: number; readonly over_ms: number }
  /** At whichever of these leads: a standby replays what was written so long ago. */
  | {
      readonly kind: 'replay';
      readonly addresses: readonly Address[];
      readonly login: Login;
      readonly standby: { readonly name: string; readonly host: string };
      readonly within_ms: number;
    }
  | { readonly kind: 'tcp'; readonly address: Address }
  /** Many requests at once on a connection of their own, the last of which asks for its end: well when all were answered with the status and the connection ended in time. */
  | {
      readonly kind: 'http-burst';
      readonly address: Address;
      readonly path: string;
      readonly status: readonly number[];
      readonly requests: number;
      /** Each request is so many bytes longer than it must be. */
      readonly padding: number;
      readonly within_ms: number;
    }
  /** Listens for the numbered packets of a beacon (`helpers/beacon.ts`): well while at most this share of those that were due in the last `over_ms` is missing. */
  | { readonly kind: 'beacon'; readonly port: number; readonly every_ms: number; readonly over_ms: number; readonly most_missing: number }
  /** A name's IPv4 address, asked of a server, or of the one that this place's resolv.conf names (null). Well: it is `is`, or it is what `as` says of the same name. */
  | {
      readonly kind: 'dns';
      readonly server: Address | null;
      readonly name: string;
      readonly is?: string;
      readonly as?: Address;
      readonly within_ms?: number;
    }
  /** A TLS handshake. Well: the certificate is good by this authority (PEM), for this name, today. */
  | { readonly kind: 'tls'; readonly address: Address; readonly name: string; readonly ca: string }
  /** A figure, well while it is below a limit: how much it grows a second, over `window_ms`; or, without `window_ms`, the figure itself. */
  | (Told & { readonly kind: 'rate'; readonly below: number; readonly window_ms: number | null });

/** A journey's stream with its address filled in. Times in nanoseconds (whole numbers). */
export interface ResolvedStream {
  readonly journey: string;
  /** `f` fresh prober, `p` pooled prober, `w0`, `w1`, … closed writers. */
  readonly writer: string;
  readonly kind: 'read' | 'write';
  /** A new connection for each operation, or connections that are kept. Closed writers keep theirs. */
  readonly connection: 'fresh' | 'pooled';
  readonly load: 'open' | 'closed';
  /** Open: the lattice's interval. Closed: the least time between two operations of this writer. */
  readonly every_ns: number;
  /** Open: the first operation is due so long after the load began (two probers half a tau apart). */
  readonly offset_ns: number;
  /** An answer later than this after the schedule is not good; the client gives up waiting then, too (see `give_up_ns`). */
  readonly deadline_ns: number;
  /** When the client gives up on an operation (at least the deadline). The operation is then indeterminate, `e: "timeout"`. */
  readonly give_up_ns: number;
  readonly address: Address;
  readonly http: HttpStep | null;
  readonly sql: SqlStep | null;
  /** Every operation's id is `<token>.<journey>.<writer>.<n>`; its value is derived from `salt` and the id. */
  readonly salt: string;
  /** It deletes acknowledged writes of this journey, instead of writing ones of its own. Closed load only. */
  readonly deletes?: string;
  /** How old an answer over HTTP may be; past that it is `ok` with `e: "stale"`. */
  readonly fresh?: PlannedFresh;
}

/** How a store is read back. */
export type ResolvedRead =
  | { readonly kind: 'sql'; readonly address: Address; readonly login: Login; readonly text: string }
  | {
      readonly kind: 'http';
      readonly address: Address;
      readonly path: string;
      readonly rows: string;
      readonly id: string;
      readonly value: string;
      readonly limit: number;
    };

/** What the observer writes: replies, progress for people, and timeline events. */
export type Line = Reply | Progress | TimelineEvent;

/** Ends a command. `ok: false` says why not; the observer goes on. */
export interface Reply {
  readonly k: 'reply';
  readonly n: number;
  readonly ok: boolean;
  readonly error?: string;
  /** `mark`: the stamp. */
  readonly at?: number;
  /** `ask`: the answer in words ("503 {…}", "connection refused", "1 row"). */
  readonly answer?: string;
}

/** Four times a second while load runs: for the display only, never recorded. */
export interface Progress {
  readonly k: 'progress';
  readonly at: number;
  /** Operations completed so far, and how many of them were good. */
  readonly done: number;
  readonly good: number;
  /** Since when (ns) the worst open stream has had no good answer; null while all are well. */
  readonly down_since: number | null;
}
