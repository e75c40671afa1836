import type { Address, Helper, HelperSpec } from '../../model/runtime.ts';
import type { System } from '../../model/system.ts';

/** What a runtime gives to programs of ours that stand between services. */
export interface Ground {
  readonly system: System;
  lookUp(service: string, port?: string): Address;
  helper(spec: HelperSpec): Promise<Helper>;
  /** Where a proxy listens, in its own place; port 0: one that is free. */
  readonly listen: Address;
}

/** Asks a proxy's own interface: a method, a path and a JSON body; the answer's status and text. Status 0: nobody answered, and `text` says why. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<{ readonly status: number; readonly text: string }>;
