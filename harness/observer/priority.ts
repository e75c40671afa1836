import { readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';

const NICE = -15;

/** Puts this process before others: whoever measures must not wait for whom it measures. Does what it may (only root may, and only Linux has sessions' priorities). */
export function putFirst(): void {
  try {
    os.setPriority(NICE);
    // Linux divides the processor among sessions first, and among their processes then: a session of its own wants the priority, too. One that it shares is not its own to raise.
    if (leadsItsSession()) writeFileSync('/proc/self/autogroup', String(NICE));
  } catch {
    // Then the stalls that follow are seen and said.
  }
}

function leadsItsSession(): boolean {
  const [, , , session] = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(session) === process.pid;
}
