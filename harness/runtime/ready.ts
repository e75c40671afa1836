import type { Instance } from '../model/runtime.ts';
import type { Probe } from '../model/system.ts';

const EVERY_MS = 20;
/** What takes longer than this to start is asked less often: each question costs the one who starts, too. */
const SOON_MS = 5000;
const LATER_EVERY_MS = 50;
const ASK_WITHIN_MS = 2000;

/**
 * Waits until a service answered its own probe: not until a port is open. Throws one error that says what was asked, for how long, what came back
 * how often, and its last log lines.
 */
export async function waitReady(
  instance: Instance,
  ask: (probe: Probe, timeout_ms: number) => Promise<{ ok: boolean; answer: string }>,
  within_s: number,
  signal: AbortSignal,
): Promise<void> {
  const probe = instance.spec.ready;
  if (probe === undefined) return;
  const began = performance.now();
  const answers = new Map<string, number>();
  while (performance.now() - began < within_s * 1000) {
    signal.throwIfAborted();
    const { ok, answer } = await ask(probe, ASK_WITHIN_MS);
    if (ok) return;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    await new Promise((resolve) => setTimeout(resolve, performance.now() - began < SOON_MS ? EVERY_MS : LATER_EVERY_MS));
  }
  const seen = [...answers].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const log = await instance.tail(5);
  throw new Error(
    `${instance.name} never became ready: ${asked(probe)} at ${place(instance, probe)} gave ${seen.map(([answer, times]) => `${answer} ×${times}`).join(', ') || 'nothing'} in ${within_s} s; ` +
      (log.length === 0 ? 'it logged nothing' : `last log lines:\n${log.map((line) => `    ${line}`).join('\n')}`),
  );
}

function asked(probe: Probe): string {
  if ('http' in probe) return `${probe.method} ${probe.http}`;
  return 'sql' in probe ? `"${probe.sql}"` : 'a connection';
}

function place(instance: Instance, probe: Probe): string {
  const { host, port } = instance.address(probe.port);
  return `${host}:${port}`;
}
