import type { Executed } from '../model/runtime.ts';

/** For shell scripts beside or in a container: `all` prints the processes of the service, by their cgroup, since programs of ours may share its processes' namespace; never the shell itself. */
export const PROCESSES =
  'own=$(cat /proc/1/cgroup); all() { for p in /proc/[0-9]*; do n=${p#/proc/}; [ $n = $$ ] || [ "$(cat $p/cgroup 2>/dev/null)" != "$own" ] || echo $n; done; }';

/** A cgroup's limit of memory as `limit` in bytes, whichever version of cgroups it is; exit 3 where there is none, or one beyond a terabyte. */
export const MEMORY_LIMIT = `limit=$(cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max)
case $limit in max|?????????????*) echo "there is no limit of memory ($limit)" >&2; exit 3;; esac`;

/** The argv of a script. */
export function shell(script: string): readonly string[] {
  return ['sh', '-c', script];
}

/** What a script printed. Throws when it failed, with what it said. */
export function succeeded(done: Executed, what: string): string {
  if (done.code === 0) return done.stdout;
  throw new Error(`${what} exited ${done.code}: ${done.stderr.trim() || done.stdout.trim() || 'it said nothing'}`);
}
