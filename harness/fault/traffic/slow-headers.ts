import { slowAttack } from './slow.ts';

/** Request headers that never end. */
export const slowHeaders = slowAttack(
  'slow-headers',
  'headers',
  'opens connections steadily and sends request headers that never end, a byte every so often',
);
