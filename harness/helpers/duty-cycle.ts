import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Beside a service: told `{run_ms, stop_ms}` on standard input, stops the service's processes and lets them run, in turn, until SIGUSR2, after which they run and it stays (whoever sent it may sit in its container), or
 * until it loses its input or gets SIGTERM, and ends.
 * The service's processes are those of its own cgroup, without the first (PID 1), which nobody inside can stop.
 */
let over = false;

function processes(): readonly number[] {
  const own = read(1);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== '1')
    .map(Number)
    .filter((pid) => pid !== process.pid && read(pid) === own);
}

function read(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    // It is gone.
    return '';
  }
}

function signal(name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of processes()) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function rest(): void {
  over = true;
  signal('SIGCONT');
}

function end(): void {
  rest();
  process.exit(0);
}

async function cycle({ run_ms, stop_ms }: { run_ms: number; stop_ms: number }): Promise<void> {
  while (!over) {
    signal('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, stop_ms));
    signal('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, run_ms));
  }
}

process.on('SIGUSR2', rest);
for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, end);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void cycle(JSON.parse(line) as { run_ms: number; stop_ms: number }));
lines.on('close', end);
// From here on a signal is heard, not fatal.
console.log('ready');
