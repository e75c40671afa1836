import { worstFirst } from '../../gate/answer.ts';
import { isAwaited } from '../../gate/standing.ts';
import { troublesOf } from '../../gate/troubles.ts';
import { unsteadyOf, unsteadyText } from '../../gate/unsteady.ts';
import { printable } from '../escape.ts';
import { countsLine, type GateInput, principlesOf, toneOf, toneOfTrouble, wordOf } from './input.ts';
import { figuresOf } from './promise.ts';

const MARKS = { pass: '✓', fail: '✕', inconclusive: '?', none: '·' } as const;
const MOST = 10;

/** What a gate came to, in lines for a terminal: the thirteen principles, what a person must look at first, and what is unsteady. */
export function gateConsole({ claims, record }: GateInput): readonly string[] {
  const bad = worstFirst(claims).filter((each) => isAwaited(each) && toneOf(each) !== 'pass');
  return [
    '',
    ...principlesOf(claims).map(({ n, name, claims: own, good, tone }) => {
      const signs = own.map((each) => MARKS[toneOf(each)]).join('');
      return `${MARKS[tone]} ${String(n).padStart(2)} ${name.padEnd(28)} ${signs.padEnd(12)} ${`${good} of ${own.length} hold`.padEnd(16)} ${figuresOf(own)}`.trimEnd();
    }),
    '',
    countsLine(claims),
    ...troublesOf(claims, record).map((each) => printable(`${MARKS[toneOfTrouble(each)]} ${each.kind}: ${each.why}`)),
    ...bad
      .slice(0, MOST)
      .map((each) => printable(`${MARKS[toneOf(each)]} ${each.claim.id} ${each.claim.title} (${wordOf(each)}): ${each.why}`)),
    ...(bad.length > MOST ? [`  and ${bad.length - MOST} more`] : []),
    ...unsteadyOf(claims, record).map((each) => printable(`~ unsteady: ${unsteadyText(each)}`)),
    '',
  ];
}
