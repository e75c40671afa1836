import { describe, expect, it } from 'vitest';
import type { Reason } from '../model/reason.ts';
import type { Verdict } from '../model/verdict.ts';
import { asWanted } from './twins.ts';

/** A verdict whose objectives failed so, each held where its reason is. */
function verdict(objectives: Readonly<Record<string, Reason>>): Verdict {
  const all = Object.entries(objectives).map(([name, reason]) => ({ name, reason, outcome: reason === 'held' ? 'pass' : 'fail' }));
  return { outcome: all.some(({ outcome }) => outcome === 'fail') ? 'fail' : 'pass', objectives: all } as unknown as Verdict;
}

describe('a sabotaged run ended as it should', () => {
  const named = { objective: 'rpo', reason: 'rpo.lost' } as const;

  it('where exactly the named objective failed, for the named reason', () => {
    expect(asWanted(verdict({ rto: 'held', rpo: 'rpo.lost' }), named)).toBe(true);
    expect(asWanted(verdict({ rto: 'held', rpo: 'rpo.zombie' }), named)).toBe(false);
    expect(asWanted(verdict({ rto: 'rto.over', rpo: 'held' }), named)).toBe(false);
    expect(asWanted(verdict({ rto: 'held', rpo: 'held' }), named)).toBe(false);
    expect(asWanted(verdict({ rto: 'rto.over', rpo: 'rpo.lost' }), named)).toBe(false);
  });

  it('another may fall with it where the sabotage says so, and is never enough alone', () => {
    const more = { ...named, takes_along: ['rto'] };
    expect(asWanted(verdict({ rto: 'rto.over', rpo: 'rpo.lost', steady: 'held' }), more)).toBe(true);
    expect(asWanted(verdict({ rto: 'held', rpo: 'rpo.lost', steady: 'held' }), more)).toBe(true);
    expect(asWanted(verdict({ rto: 'rto.over', rpo: 'held', steady: 'held' }), more)).toBe(false);
    expect(asWanted(verdict({ rto: 'rto.over', rpo: 'rpo.lost', steady: 'steady.worse' }), more)).toBe(false);
  });

  it('a healthy one where it passed', () => {
    expect(asWanted(verdict({ rto: 'held' }), null)).toBe(true);
    expect(asWanted(verdict({ rto: 'rto.over' }), null)).toBe(false);
  });
});
