import type { Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names, there } from '../injection.ts';

/**
 * Drops every packet that comes from a port of `from`, inside the network namespace of each target; existing connections and new ones alike.
 * The targets need NET_ADMIN and iptables. Rules carry a comment of ours, and only rules with it are removed.
 */
export const cut: FaultDefinition = {
  kind: 'cut',
  family: 'database',
  does: 'drops what comes from a port of `from` at the target, so that replication stands still',
  touches: 'both',
  needs: ['exec', 'namespaces'],
  seen_by: "the standbys' positions, as the leader tells them to the observer",
  undone_by: 'removing our rule from its network namespace',
  injection({ targets, from, fault: { port } }) {
    const rules = from.map((source) => {
      const { host, port: number } = source.address(port ?? undefined);
      return ['-s', host, '-p', 'tcp', '--sport', String(number), '-m', 'comment', '--comment', 'faultline', '-j', 'DROP'];
    });
    const inject = async (target: Instance) => {
      for (const rule of rules) {
        const done = await target.exec(['iptables', '-w', '-I', 'INPUT', ...rule]);
        if (done.code !== 0)
          throw new Error(
            `iptables in ${target.name} exited ${done.code}: ${done.stderr.trim()}; the service needs the capability NET_ADMIN and iptables in its image`,
          );
      }
    };
    const heal = async (target: Instance) => {
      for (const rule of rules) {
        const done = await target.exec(deleteArgv(rule));
        if (done.code !== 0) throw new Error(`removing a rule in ${target.name} exited ${done.code}: ${done.stderr.trim()}`);
      }
    };
    return {
      undo: targets.flatMap((target) => rules.flatMap((rule) => target.undoExec(deleteArgv(rule)))),
      async inject() {
        await Promise.all(targets.map(inject));
        return `packets from ${names(from)} dropped at ${names(targets)}`;
      },
      async heal() {
        // A target that died meanwhile took its network namespace, and the rule, with it; one that is paused has it still.
        const standing = await there(targets);
        await Promise.all(standing.map(heal));
        return `packets from ${names(from)} pass again at ${names(standing)}`;
      },
    };
  },
};

/** Removes the rule as often as it is there; none left is success. Bounded, so that a rule that will not go is an error. */
function deleteArgv(rule: readonly string[]): string[] {
  const words = rule.join(' ');
  return [
    'sh',
    '-c',
    `i=0; while iptables -w -C INPUT ${words} 2>/dev/null; do iptables -w -D INPUT ${words} || exit 1; i=$((i+1)); [ $i -lt 20 ] || exit 1; done`,
  ];
}
