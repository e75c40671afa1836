import type { UndoAction } from '../model/fault.ts';
import type { Instance } from '../model/runtime.ts';
import { type Injection, names } from './injection.ts';

/**
 * Drops every packet that comes from a port of `from`, inside the network namespace of each target; existing connections and new ones alike.
 * The targets need NET_ADMIN and iptables. Rules carry a comment of ours, and only rules with it are removed.
 */
export function cut(targets: readonly Instance[], from: readonly Instance[], port: string | null): Injection {
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
    undo: targets.flatMap((target) => rules.flatMap((rule) => undoOf(target, rule))),
    async inject() {
      await Promise.all(targets.map(inject));
      return `packets from ${names(from)} dropped at ${names(targets)}`;
    },
    async heal() {
      // A target that died meanwhile took its network namespace, and the rule, with it.
      const alive = await Promise.all(targets.map(async (target) => ((await target.state()) === 'running' ? [target] : [])));
      await Promise.all(alive.flat().map(heal));
      return `packets from ${names(from)} pass again at ${names(alive.flat())}`;
    },
  };
}

function undoOf(target: Instance, rule: readonly string[]): readonly UndoAction[] {
  return target
    .undoOf('pause')
    .flatMap((action) =>
      action.do === 'docker.unpause' ? [{ do: 'docker.exec' as const, container: action.container, argv: deleteArgv(rule) }] : [],
    );
}

/** Removes the rule as often as it is there; none left is success. Bounded, so that a rule that will not go is an error. */
function deleteArgv(rule: readonly string[]): string[] {
  const words = rule.join(' ');
  return [
    'sh',
    '-c',
    `i=0; while iptables -w -C INPUT ${words} 2>/dev/null; do iptables -w -D INPUT ${words} || exit 1; i=$((i+1)); [ $i -lt 20 ] || exit 1; done`,
  ];
}
