import type { PlannedFault } from '../model/plan.ts';
import { byHand } from './by-hand.ts';
import { cut } from './cut.ts';
import { hold } from './hold.ts';
import type { Aim, Injection } from './injection.ts';
import { kill } from './kill.ts';
import { pause } from './pause.ts';
import { stop } from './stop.ts';

/** Makes the injection of a planned fault. To add a fault: its parameters in `model/fault.ts`, one file here, one line in this table. */
export function injectionOf(fault: PlannedFault, aim: Aim): Injection {
  switch (fault.fault) {
    case 'kill':
      return kill(aim.targets);
    case 'stop':
      return stop(aim.targets, fault.grace_s ?? 10);
    case 'pause':
      return pause(aim.targets);
    case 'hold':
      return hold(aim.targets, fault.port);
    case 'cut':
      return cut(aim.targets, aim.from, fault.port);
    case 'by-hand':
      return byHand(aim.targets, fault.hands);
  }
}
