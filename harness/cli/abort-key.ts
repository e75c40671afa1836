import { CutShort } from '../run/cut-short.ts';

const CTRL_C = '\u0003';

/** A terminal's keys, as they are pressed. */
export interface Keys {
  readonly isTTY?: boolean;
  setRawMode(on: boolean): unknown;
  resume(): unknown;
  pause(): unknown;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  removeListener(event: 'data', listener: (chunk: Buffer) => void): unknown;
}

/**
 * Listens for one key while a run goes on: `a` or `q` aborts it (it heals, settles, collects, and comes to nothing). Ctrl-C stays what it is. Nothing is listened to where no person sits at a terminal.
 * `end` gives the terminal back as it was; it may be called twice.
 */
export function abortKey(keys: Keys = process.stdin): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  if (keys.isTTY !== true) return { signal: controller.signal, end: () => undefined };
  const onKey = (chunk: Buffer) => {
    const text = chunk.toString();
    // A terminal whose keys come one by one no longer turns this into a signal.
    if (text.includes(CTRL_C)) process.kill(process.pid, 'SIGINT');
    else if (/[aq]/i.test(text)) controller.abort(new CutShort('aborted', `a person pressed ${text.trim()}`));
  };
  let on = true;
  const end = () => {
    if (!on) return;
    on = false;
    keys.removeListener('data', onKey);
    keys.setRawMode(false);
    keys.pause();
    process.removeListener('exit', end);
  };
  keys.setRawMode(true);
  keys.on('data', onKey);
  keys.resume();
  process.once('exit', end);
  return { signal: controller.signal, end };
}
