import { slowAttack } from './slow.ts';

/** Request bodies that never end. */
export const slowBodies = slowAttack(
  'slow-bodies',
  'bodies',
  'opens connections steadily and sends request bodies that never end, a byte every so often',
);
