import type { RestoreMeasured } from '../model/verdict.ts';
import { bracket, count, counted } from './figures.ts';

/** What a way back brought, in a few words: when readers were let in, how old the state is, what is lost and what is damaged. */
export function restoredText({ expected, rto_s, reaches_back_s, lost_before, lost_after, damage_left, unread }: RestoreMeasured): string {
  const [lower, upper] = reaches_back_s ?? [0, 0];
  if (expected === 'nothing' && (rto_s?.[1] ?? null) === null) return 'nobody let in';
  if (expected === 'damage' && damage_left > 0) return `${count(damage_left)} damaged`;
  const parts = [
    rto_s === null || rto_s[1] === null ? 'nobody let in' : `let in after ${bracket(...rto_s)} s`,
    unread === null ? `state ${bracket(lower, upper)} s before` : 'not read',
    unread === null ? `${count(lost_before)} + ${counted(lost_after, 'write')} lost before + after` : '',
    damage_left > 0 ? `${count(damage_left)} damaged` : '',
  ];
  return parts.filter((part) => part !== '').join(' · ');
}
