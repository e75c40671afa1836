import type { Address, HelperSpec } from '../../model/runtime.ts';
import type { Link } from '../../model/system.ts';

/** A declared link with its addresses: where its users connect to, and where its bytes go. */
export interface LaidLink {
  readonly name: string;
  readonly listen: Address;
  readonly to: Address;
}

/** Asks the proxy's own interface: a method, a path and a JSON body; the answer's status and text. Status 0: nobody answered, and `text` says why. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly text: string }>;

/**
 * How the links of one `via` are carried: one program for all of them. The program takes requests as JSON lines on standard input and answers on standard output, as `helpers/tcp-links.ts` does, its
 * first line being `{ready: …}`; and it serves the same requests over HTTP at `control`, for undos that must do without the run.
 */
export interface LinkKind {
  /** Null when this machine can carry them; otherwise what is missing, and how to get it. */
  missing(): Promise<string | null>;
  /** The program. `control`: where it listens for requests. */
  program(control: Address, links: readonly LaidLink[]): Promise<Pick<HelperSpec, 'argv' | 'env' | 'files'>>;
  /** Makes the links, once the program is ready. */
  open(ask: Ask, links: readonly LaidLink[]): Promise<void>;
}

/** Links that a program which we did not write carries; the others have proxies of ours (`../own-places.ts`). */
export type Via = Exclude<Link['via'], 'http' | 'tls'>;
