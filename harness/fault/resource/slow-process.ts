import { once } from 'node:events';
import type { Helper, Instance } from '../../model/runtime.ts';
import type { FaultDefinition } from '../definition.ts';
import { names } from '../injection.ts';
import { freshAnswer } from '../own-answer.ts';
import { PROCESSES, shell, succeeded } from '../shell.ts';

/** An answer that takes longer is slow, and the target is until none was for OVER_MS, and for longer than a cycle. */
const WITHIN_MS = 400;
const OVER_MS = 2000;
/** A stop that is hardly longer than what counts as slow would be seen now and then only. */
const STOP_LEAST_MS = 1.5 * WITHIN_MS;

/**
 * A helper beside the target stops its processes and lets them run, in turn. Its first process (PID 1) goes on: an init, or the supervisor that keeps a database's lease while the database crawls.
 * The helper lets everything run when it loses its harness.
 */
export const slowProcess: FaultDefinition = {
  kind: 'slow-process',
  family: 'resource',
  does: 'lets its processes run only `runs` of the time (SIGSTOP and SIGCONT in turn, each cycle `every` long)',
  touches: 'both',
  needs: ['helpers', 'namespaces'],
  seen_by: "the target's ready probe on new connections, asked by the observer: answered fast each time, or not",
  undone_by: 'ending the helper that does it, and SIGCONT of all processes',
  injection({ targets, fault, place }) {
    const { runs, every } = fault.with as { runs: number; every: number };
    const helpers = new Map<Instance, Helper>();
    const mark = (target: Instance) => `${fault.name}/${target.name}`;
    return {
      async prepare() {
        if (every * (1 - runs) * 1000 < STOP_LEAST_MS)
          throw new Error(
            `${fault.name} stops its target for less than ${STOP_LEAST_MS} ms each time, which nobody could tell from a busy machine; say a longer \`every\``,
          );
        for (const target of targets) {
          if (freshAnswer(target) === null)
            throw new Error(`${target.name} has no \`ready\` by HTTP or SQL: nobody could see how slow it is`);
          const argv = ['node', 'harness/helpers/duty-cycle.ts'];
          const env = { FAULTLINE_SLOWS: mark(target) };
          const helper = await place.helper({ name: `${fault.name}-${target.name}`, argv, env, beside: target.name });
          await once(helper.stdout, 'data');
          helpers.set(target, helper);
        }
      },
      sights: () =>
        targets.flatMap((target) => {
          const of = freshAnswer(target);
          if (of === null) return [];
          const over_ms = Math.max(OVER_MS, every * 1500);
          const probe = { kind: 'steady', of, within_ms: WITHIN_MS, over_ms } as const;
          const means = `each answer of the last ${over_ms} ms came within ${WITHIN_MS} ms`;
          return [
            { name: `${fault.name}: answers of ${target.name}`, on: 'target', from: 'observer', probe, means, every_ms: 50 } as const,
          ];
        }),
      get undo() {
        return [...helpers].flatMap(([target, helper]) => helper.undoExec(end(mark(target))));
      },
      async inject() {
        const order = JSON.stringify({ run_ms: every * runs * 1000, stop_ms: every * (1 - runs) * 1000 });
        for (const helper of helpers.values()) helper.stdin.write(`${order}\n`);
        return await Promise.resolve(`the processes of ${names(targets)} run ${Math.round(runs * 100)} % of the time`);
      },
      async heal() {
        for (const [target, helper] of helpers) {
          const done = await helper.exec(end(mark(target)));
          // 126: it does not run: then the target is gone, and all that could be stopped with it.
          if (done.code !== 126) succeeded(done, `letting ${target.name} run`);
        }
        return `the processes of ${names(targets)} run`;
      },
    };
  },
};

/**
 * The helper is told to rest, and the processes are woken whatever it does. What runs inside the helper inherits its mark, this shell too: the helper is known by its program besides, named so that the
 * words of this shell are not taken for it.
 */
function end(mark: string): readonly string[] {
  return shell(`${PROCESSES}
for p in /proc/[0-9]*; do grep -qsx "FAULTLINE_SLOWS=${mark}" $p/environ && grep -qs 'duty-[c]ycle' $p/cmdline && kill -USR2 \${p#/proc/}; done
sleep 0.2; for n in $(all); do kill -CONT $n 2>/dev/null; done; true`);
}
