import { countsOf, worstFirst } from '../../gate/answer.ts';
import { printable } from '../escape.ts';
import { figuresOf, type GateInput, principlesOf, toneOf, wordOf } from './input.ts';

const MARKS = { pass: '✓', fail: '✕', inconclusive: '?', none: '·' } as const;
const MOST = 10;

/** What a gate came to, in lines for a terminal: the thirteen principles, and what a person must look at first. */
export function gateConsole({ claims }: GateInput): readonly string[] {
  const bad = worstFirst(claims).filter((each) => each.gates && ['fail', 'inconclusive'].includes(toneOf(each)));
  const counts = countsOf(claims);
  return [
    '',
    ...principlesOf(claims).map(({ n, name, claims: own }) => {
      const good = own.filter((each) => toneOf(each) === 'pass').length;
      const worst = own.some((each) => toneOf(each) === 'fail')
        ? 'fail'
        : own.some((each) => toneOf(each) === 'inconclusive')
          ? 'inconclusive'
          : good > 0
            ? 'pass'
            : 'none';
      const signs = own.map((each) => MARKS[toneOf(each)]).join('');
      return `${MARKS[worst]} ${String(n).padStart(2)} ${name.padEnd(28)} ${signs.padEnd(12)} ${`${good} of ${own.length} hold`.padEnd(16)} ${figuresOf(own)}`.trimEnd();
    }),
    '',
    `${counts.proven} proven, ${counts.held} held, ${counts.failed} failed, ${counts.inconclusive} inconclusive, ${counts['not verified']} not verified, ${counts.waived} waived, of ${claims.length} claims`,
    ...bad
      .slice(0, MOST)
      .map((each) => printable(`${MARKS[toneOf(each)]} ${each.claim.id} ${each.claim.title} (${wordOf(each)}): ${each.why}`)),
    ...(bad.length > MOST ? [`  and ${bad.length - MOST} more`] : []),
    '',
  ];
}
