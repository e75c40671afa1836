import { createHash } from 'node:crypto';
import type { UndoAction } from '../../model/fault.ts';
import type { Helper, Instance } from '../../model/runtime.ts';
import type { Aim } from '../definition.ts';
import { type Injection, names } from '../injection.ts';
import { beside } from './beside.ts';

/** One rule of iptables in the namespace of a target, for what comes `in` or goes `out`: what it matches, and what becomes of that. `pass`: the rules after ours decide; `count`: it goes on, and is counted. */
export interface Rule {
  readonly way: 'in' | 'out';
  readonly match: readonly string[];
  readonly deed: 'drop' | 'reset' | 'pass' | 'count';
}

const DEED = { drop: ['-j', 'DROP'], reset: ['-j', 'REJECT', '--reject-with', 'tcp-reset'], pass: ['-j', 'RETURN'], count: [] } as const;
const HOOK = { in: 'INPUT', out: 'OUTPUT' } as const;
/** What `exec` says of a helper that does not run. */
const GONE = 126;

/** The deeds of a fault that rules do; `undos` are known once it was prepared. */
export interface Ruled extends Required<Pick<Injection, 'prepare' | 'inject' | 'heal'>> {
  undos(): readonly UndoAction[];
  /** Packets that rules of the deed `count` met so far, of all targets; null where none of them is there any more. */
  met(): Promise<number | null>;
}

/**
 * Rules in the network namespaces of the targets, put there by a program of ours beside each: the target's image needs neither iptables nor a capability. Ours stand in chains of their own, whose name and
 * jump carry the stand-up and the fault; only those are ever removed. The program lives until the stand-up goes down, and so the undo runs in it; when it does not run, its service died and took the
 * namespace, and the rules, with it.
 */
export function ruled(aim: Aim, rulesOf: (target: Instance) => readonly Rule[], words: string): Ruled {
  const { targets, fault, place } = aim;
  const chains = chainsOf(place.id, fault.name);
  const programs = new Map<string, Helper>();
  const programOf = (target: Instance): Helper => {
    const found = programs.get(target.name);
    if (found === undefined) throw new Error(`${fault.name} was not prepared: nobody of ours is beside ${target.name}`);
    return found;
  };
  return {
    async prepare() {
      await Promise.all(
        targets.map(async (target) =>
          programs.set(
            target.name,
            await beside(place, `rules of ${target.name}`, {
              argv: ['sleep', 'infinity'],
              beside: target.name,
              capabilities: ['NET_ADMIN'],
            }),
          ),
        ),
      );
    },
    undos() {
      return targets.flatMap((target) => programOf(target).undoExec(['sh', '-c', removeScript(chains)]));
    },
    async inject() {
      await Promise.all(
        targets.map(async (target) => {
          const done = await programOf(target).exec(['sh', '-c', insertScript(chains, rulesOf(target))]);
          if (done.code !== 0)
            throw new Error(
              `iptables in the network namespace of ${target.name} exited ${done.code}: ${done.stderr.trim() || done.stdout.trim()}; the engine must let a container of ours have NET_ADMIN, and its kernel must know iptables' matches`,
            );
        }),
      );
      return words;
    },
    async met() {
      const texts = await Promise.all(targets.map((target) => programOf(target).exec(['sh', '-c', countScript(chains)])));
      const packets = texts.flatMap(({ stdout }) => tallies(stdout)).flatMap(({ deed, count }) => (deed === null ? [count] : []));
      return packets.length === 0 ? null : packets.reduce((sum, each) => sum + each, 0);
    },
    async heal() {
      const said = await Promise.all(
        targets.map(async (target) => {
          const done = await programOf(target).exec(['sh', '-c', `${countScript(chains)}; ${removeScript(chains)}`]);
          if (done.code === GONE) return `${target.name} died, and its rules with it`;
          if (done.code !== 0) throw new Error(`removing our rules at ${target.name} exited ${done.code}: ${done.stderr.trim()}`);
          const { into, out } = counted(done.stdout, chains);
          return `${target.name} had ${into} packets stopped on their way in and ${out} on their way out`;
        }),
      );
      return `no more ${words}; ${said.join('; ')}`;
    },
  };
}

export interface Chains {
  readonly in: string;
  readonly out: string;
  readonly comment: string;
}

/** Names that no other stand-up and no other fault has; a chain's is at most 28 characters. */
export function chainsOf(standUp: string, fault: string): Chains {
  const own = createHash('sha256').update(`${standUp}/${fault}`).digest('hex').slice(0, 16);
  return { in: `fl-${own}-in`, out: `fl-${own}-out`, comment: `faultline:${standUp}:${fault}` };
}

/** All rules at once, in front of what is there. */
export function insertScript(chains: Chains, rules: readonly Rule[]): string {
  const used = (['in', 'out'] as const).filter((way) => rules.some((rule) => rule.way === way));
  const lines = [
    '*filter',
    ...used.map((way) => `:${chains[way]} - [0:0]`),
    ...rules.map(({ way, match, deed }) => `-A ${chains[way]} ${[...match, ...DEED[deed]].join(' ')}`),
    ...used.map((way) => `-I ${HOOK[way]} 1 ${jump(chains, way)}`),
    'COMMIT',
  ];
  return `iptables-restore -w --noflush <<'END'\n${lines.join('\n')}\nEND\n`;
}

/** Takes our chains and the jumps to them away, as often as they are there; none is success. Bounded, so that a rule that will not go is an error. */
export function removeScript(chains: Chains): string {
  return (['in', 'out'] as const)
    .map((way) => {
      const rule = `${HOOK[way]} ${jump(chains, way)}`;
      return [
        `i=0; while iptables -w -C ${rule} 2>/dev/null; do iptables -w -D ${rule} || exit 1; i=$((i+1)); [ $i -lt 20 ] || exit 1; done`,
        `if iptables -w -n -L ${chains[way]} >/dev/null 2>&1; then iptables -w -F ${chains[way]} && iptables -w -X ${chains[way]} || exit 1; fi`,
      ].join('; ');
    })
    .join('; ');
}

function countScript({ in: into, out }: Chains): string {
  return `iptables-save -c -t filter | grep -e '-A ${into} ' -e '-A ${out} ' || true`;
}

/** What was stopped, by direction. */
function counted(text: string, chains: Chains): { readonly into: number; readonly out: number } {
  const stopped = tallies(text).filter(({ deed }) => deed === 'DROP' || deed === 'REJECT');
  const sum = (chain: string) => stopped.reduce((total, each) => total + (each.chain === chain ? each.count : 0), 0);
  return { into: sum(chains.in), out: sum(chains.out) };
}

/** Lines of `iptables-save -c`: the packets that each rule met, and its target; null without one. */
function tallies(text: string): readonly { readonly chain: string; readonly deed: string | null; readonly count: number }[] {
  return text.split('\n').flatMap((line) => {
    const [, count, chain, rest = ''] = /^\[(\d+):\d+\] -A (\S+)(.*)$/.exec(line) ?? [];
    return chain === undefined ? [] : [{ chain, count: Number(count), deed: / -j (\S+)/.exec(rest)?.[1] ?? null }];
  });
}

function jump(chains: Chains, way: 'in' | 'out'): string {
  return `-m comment --comment ${chains.comment} -j ${chains[way]}`;
}

/** What is dropped at a target so that nothing passes between it and these hosts, the named ways. */
export function between(
  hosts: readonly string[],
  ways: 'to' | 'from' | 'both',
  deed: Rule['deed'],
  more: readonly string[] = [],
): readonly Rule[] {
  return hosts.flatMap((host): readonly Rule[] => [
    ...(ways === 'from' ? [] : [{ way: 'in' as const, match: ['-s', host, ...more], deed }]),
    ...(ways === 'to' ? [] : [{ way: 'out' as const, match: ['-d', host, ...more], deed }]),
  ]);
}

/** In words: "pg-1 and pg-2 from api-1". */
export function apart({ targets, from }: Aim): string {
  return `${names(targets)} from ${names(from)}`;
}
