import type { ObserverLink } from '../observer/link.ts';

const OBSERVER_WITHIN_MS = 5000;

/** Why a run did not go to its end by itself. */
export class CutShort extends Error {
  readonly by: 'aborted' | 'interrupted' | 'broken';

  constructor(by: 'aborted' | 'interrupted' | 'broken', why: string, options?: ErrorOptions) {
    super(why, options);
    this.by = by;
  }
}

/** Any error as the reason of a cut: what is not one already means that the harness could not go on. */
export function asCutShort(error: unknown): CutShort {
  if (error instanceof CutShort) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new CutShort('broken', why, { cause: error });
}

/** Waits for a promise, but no longer than the person, the observer and the limit allow. A signal that was aborted with a CutShort says itself why. */
export async function unlessCut<T>(work: Promise<T>, what: string, limit_s: number, signal: AbortSignal, link?: ObserverLink): Promise<T> {
  const ended = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    const stop = () =>
      reject(signal.reason instanceof CutShort ? signal.reason : new CutShort('interrupted', `interrupted by a person during ${what}`));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: ended.signal });
  });
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new CutShort('broken', `${what} did not end within ${limit_s} s`)), limit_s * 1000);
    ended.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
  const blind = link?.dead.then((why): never => {
    throw new CutShort('broken', `the observer died during ${what}: ${why}`);
  });
  try {
    return await Promise.race([work, interrupted, late, ...(blind === undefined ? [] : [blind])]);
  } finally {
    ended.abort();
    // Whoever loses the race may still fail later; that is told by the winner.
    work.catch(() => undefined);
    blind?.catch(() => undefined);
    interrupted.catch(() => undefined);
    late.catch(() => undefined);
  }
}

/** Sleeps, unless the run is cut short. */
export async function pause(seconds: number, what: string, signal: AbortSignal, link?: ObserverLink): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const sleep = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, seconds) * 1000);
  });
  try {
    await unlessCut(sleep, what, seconds + 30, signal, link);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a call of the observer, but not for one that is silent: it may be frozen, and is not dead then. */
export async function answered<T>(call: Promise<T>, what: string): Promise<T> {
  return await within(call, OBSERVER_WITHIN_MS, what);
}

/** Waits for what must not be cut short by a person, but no longer than its limit. */
export async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
