import { worstFirst } from '../../gate/answer.ts';
import { isAwaited } from '../../gate/standing.ts';
import { troublesOf } from '../../gate/troubles.ts';
import { nameOf } from '../../model/evidence.ts';
import { printable } from '../escape.ts';
import { type GateInput, toneOf, toneOfTrouble, wordOf } from './input.ts';

/** GitHub shows ten of a step's annotations. */
const MOST = 10;

/** Workflow commands that annotate a GitHub run: at most ten, worst first; what a system said is a message, never a command. An error only where the gate is red. */
export function annotations({ claims, record }: GateInput): readonly string[] {
  const beside = troublesOf(claims, record).map(
    (each) =>
      `::${toneOfTrouble(each) === 'fail' ? 'error' : 'warning'} title=${property(`${each.kind}: ${each.name}`)}::${message(each.why)}`,
  );
  const ofClaims = worstFirst(claims)
    .filter((each) => (isAwaited(each) || each.standing === 'failed') && ['fail', 'inconclusive', 'none'].includes(toneOf(each)))
    .map((each) => {
      const { claim, why, variants } = each;
      const at = variants.find(({ standing }) => standing === each.standing)?.facts;
      const title = `${claim.id} ${claim.title}: ${wordOf(each)}`;
      const level = isAwaited(each) && toneOf(each) === 'fail' ? 'error' : 'warning';
      return `::${level} title=${property(title)}::${message(`${at === undefined ? '' : `${nameOf(at.scenario, at.variant)}: `}${why}`)}`;
    });
  return [...beside, ...ofClaims].slice(0, MOST);
}

function message(text: string): string {
  return printable(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
