import type { FaultDefinition } from '../definition.ts';
import { names, powerOf } from '../injection.ts';
import { onlyOf } from './only.ts';

/** SIGSTOP of the processes inside. Unlike the freezer, a program can see that it happened to another, and a command inside still runs. */
export const freezeProcess: FaultDefinition = {
  kind: 'freeze-process',
  family: 'lifecycle',
  does: 'SIGSTOP of the processes inside, not the freezer: connections stay open, nothing answers',
  touches: 'both',
  needs: ['freeze'],
  seen_by: "the target's ready probe, asked by the observer",
  undone_by: 'SIGCONT of all of them',
  injection: ({ targets, fault }) => ({
    undo: targets.flatMap((target) => powerOf(target, 'processes').undo()),
    async inject() {
      await Promise.all(targets.map((target) => powerOf(target, 'processes').signal('SIGSTOP', onlyOf(fault))));
      return `SIGSTOP sent to the processes of ${names(targets)}`;
    },
    async heal() {
      await Promise.all(targets.map((target) => powerOf(target, 'processes').signal('SIGCONT')));
      return `SIGCONT sent to the processes of ${names(targets)}`;
    },
  }),
};
