import { createInterface } from 'node:readline';

/**
 * Shows a person what to do, and waits for Enter (a line on standard input). Rejects when nobody answered within `within_s`, when there is nobody (standard input has ended), or when
 * `signal` aborts.
 */
export function askPerson(text: string, within_s: number, signal?: AbortSignal): Promise<void> {
  if (process.stdin.readableEnded || process.stdin.destroyed)
    return Promise.reject(new Error(`a person is needed, and standard input has ended: ${text}`));
  process.stderr.write(`\n>>> ${text}\n`);
  const lines = createInterface({ input: process.stdin });
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nobody pressed Enter within ${within_s} s: ${text}`)), within_s * 1000);
    const stop = () => reject(new Error(`interrupted while a person was to do: ${text}`));
    lines.once('line', () => resolve());
    lines.once('close', () => reject(new Error(`a person is needed, and standard input has ended: ${text}`)));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    lines.once('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    });
  }).finally(() => {
    lines.close();
    process.stdin.pause();
    process.stdin.unref?.();
  });
}
