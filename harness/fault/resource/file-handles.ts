import type { Helper, Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { freshAnswer } from '../own-answer.ts';
import { PROCESSES, shell, succeeded } from '../shell.ts';

/** Who may open no more than so many more has none left: some are closed and opened again meanwhile. */
const MARGIN = 32;

/**
 * Lowers the (soft) limit of open files of each of the target's processes to the first number that is free and `leave` more. From beside it, each as the user that runs it, which needs no power over others. Processes that are
 * born later inherit it.
 */
export const fileHandles: FaultDefinition = {
  kind: 'file-handles',
  family: 'resource',
  does: 'lowers the limit of open files of its processes to what they have open and `leave` more',
  touches: 'new',
  needs: ['helpers', 'namespaces'],
  seen_by: 'its ready probe on new connections, asked by the observer, and its open files and limits in /proc, read beside it',
  undone_by: 'the limit that was found',
  eyes: (candidates) => candidates,
  injection({ targets, fault, place }) {
    const leave = Number(fault.with?.['leave']);
    const helpers = new Map<Instance, { readonly helper: Helper; readonly found: number }>();
    return {
      async prepare() {
        for (const target of targets) {
          const helper = await place.helper({
            name: `${fault.name}-${target.name}`,
            argv: ['sleep', '1000000'],
            beside: target.name,
            capabilities: ['SYS_PTRACE'],
          });
          const said = succeeded(await helper.exec(shell(LOOK)), `reading the limits of ${target.name}`).trim();
          helpers.set(target, { helper, found: Number(said) });
        }
      },
      sights: () =>
        targets.flatMap((target) => {
          const answer = freshAnswer(target);
          const { name } = target;
          return [
            {
              name: `${fault.name}: open files of ${name}`,
              on: 'target' as const,
              from: { beside: name },
              probe: { kind: 'handles' as const, spare: leave + MARGIN },
              means: `each of its processes may open more than ${leave + MARGIN} more`,
              every_ms: 100,
            },
            ...(answer === null || leave > 0
              ? []
              : [
                  {
                    name: `${fault.name}: answer of ${name}`,
                    on: 'target' as const,
                    from: 'observer' as const,
                    probe: answer,
                    means: 'it answers its ready probe on a new connection',
                    every_ms: 50,
                  },
                ]),
          ];
        }),
      get undo() {
        return [...helpers.values()].flatMap(({ helper, found }) => helper.undoExec(shell(restore(found))));
      },
      async inject() {
        for (const [target, { helper }] of helpers)
          succeeded(await helper.exec(shell(lower(leave))), `lowering the limit of ${target.name}`);
        return `the processes of ${names(targets)} may open ${leave} more files`;
      },
      async heal() {
        for (const [target, { helper, found }] of helpers) {
          const done = await helper.exec(shell(restore(found)));
          // 126: it ended with the target, and its processes, too.
          if (done.code !== 126) succeeded(done, `restoring the limit of ${target.name}`);
        }
        return `the limit of open files of ${names(targets)} is the one that was found`;
      },
    };
  },
};

/** `as PID command…`: as the user that runs that process; nothing where it is gone. */
const AS = `${PROCESSES}
as() { u=$(awk '/^Uid:/{print $2}' /proc/$1/status 2>/dev/null); g=$(awk '/^Gid:/{print $2}' /proc/$1/status 2>/dev/null); [ -n "$g" ] || return 0; shift; setpriv --reuid $u --regid $g --clear-groups "$@"; }`;

/** The largest soft limit among its processes: they have one and the same, unless the service lowers it for some. */
const LOOK = `${AS}
for n in $(all); do as $n prlimit --pid $n --nofile --noheadings --output SOFT; done | sed 's/unlimited/1073741816/' | sort -n | tail -n 1`;

function lower(leave: number): string {
  return `${AS}
for n in $(all); do
  [ -d /proc/$n/fd ] || continue
  # The limit is of a number, not of a count: below the first one that is free, nothing can be opened.
  open=0; while [ -e /proc/$n/fd/$open ] || [ -L /proc/$n/fd/$open ]; do open=$((open + 1)); done
  as $n prlimit --pid $n --nofile=$((open + ${leave})): || [ ! -d /proc/$n ] || exit 1
done`;
}

function restore(found: number): string {
  return `${AS}
for n in $(all); do as $n prlimit --pid $n --nofile=${found}: || [ ! -d /proc/$n ] || exit 1; done`;
}
