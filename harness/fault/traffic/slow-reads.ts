import { slowAttack } from './slow.ts';

/** Answers that nobody reads. */
export const slowReads = slowAttack('slow-reads', 'reads', 'opens connections steadily, asks for something large, and does not read it');
