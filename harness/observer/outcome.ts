/** What a client knows of an operation. */
export interface Answer {
  readonly outcome: 'ok' | 'fail' | 'ind';
  readonly error?: string | undefined;
  /** Answered, but the body was wrong. */
  readonly wrongBody?: boolean;
  readonly server?: string | undefined;
  readonly timeline?: number | undefined;
}

/** What is said of an answer that was right and too old. */
export const STALE = 'stale';

/** Errors of a connection that never came about: not a byte of the operation was sent, so it definitely did not happen. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL']);

/** The outcome of an operation that failed on the wire; `connected`: whether its connection had come about. */
export function wireError(error: NodeJS.ErrnoException, connected: boolean): Answer {
  const code = error.code ?? error.message.slice(0, 24);
  return { outcome: !connected || NEVER_SENT.has(code) ? 'fail' : 'ind', error: code };
}

/** The outcome of an HTTP status that is not among the right ones: 4xx except 408 definitely did not happen. */
export function httpStatus(status: number): Answer {
  return { outcome: status >= 400 && status < 500 && status !== 408 ? 'fail' : 'ind', error: `http_${status}` };
}

/**
 * The outcome of an SQL error that the server reported for a statement in a transaction of its own. Refused for what it was (classes 22, 23, 42, 53, 28, 3D), for serialisation (40),
 * or because the server is read-only (25006) or still starting (57P03): did not happen. 57P01 (the server goes down), 08xxx and the rest: nobody knows.
 */
export function sqlState(code: string): Answer {
  const never = code === '25006' || code === '57P03' || ['22', '23', '28', '3D', '40', '42', '53'].includes(code.slice(0, 2));
  return { outcome: never ? 'fail' : 'ind', error: `sql_${code}` };
}
