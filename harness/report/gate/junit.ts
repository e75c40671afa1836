import { type ClaimStanding, holds, isAwaited, notAwaited } from '../../gate/standing.ts';
import { type Trouble, troublesOf } from '../../gate/troubles.ts';
import { unsteadyText, unsteadyTwins } from '../../gate/unsteady.ts';
import { nameOf } from '../../model/evidence.ts';
import { escapeAttribute as attr, escapeMarkup as esc } from '../escape.ts';
import { type GateInput, playedFor, principlesOf, replayOf } from './input.ts';
import { figuresOf } from './promise.ts';

/** The suite of what is no claim's: what could not be healed, an interruption, a demonstration. */
export const ITSELF = 'the gate itself';

/** How a claim ends as a test: broken is a failure, not known is an error; waived, and what nobody waits for and does not hold, is skipped: a test is red only where the gate is. */
export function testStateOf({ standing, waived, waiver, gates, asked }: ClaimStanding): 'passed' | 'failure' | 'error' | 'skipped' {
  const over = waiver?.expired === true;
  if (holds(standing) && !over) return 'passed';
  if (waived || !isAwaited({ gates, asked })) return 'skipped';
  return over || standing === 'failed' ? 'failure' : 'error';
}

/** What a gate came to as JUnit XML: a suite per principle, a case per claim; and a suite of its own for what is no claim's, an error each. */
export function gateJunit({ claims, record }: GateInput): string {
  const troubles = troublesOf(claims, record);
  const tally = (own: readonly ClaimStanding[], beside: readonly Trouble[] = []) => {
    const states = [...own.map(testStateOf), ...beside.map(() => 'error')];
    const of = (state: string) => states.filter((each) => each === state).length;
    return `tests="${states.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
  };
  const timestamp = `timestamp="${attr(record.at.replace(/(\.\d+)?Z$/, ''))}"`;
  const itself = `  <testsuite name="${ITSELF}" ${tally([], troubles)} ${timestamp}>
${troubles.map(({ kind, name, why }) => `    <testcase classname="${ITSELF}" name="${attr(`${kind}: ${name}`)}" time="0">\n      <error type="${kind}" message="${attr(why)}"/>\n    </testcase>`).join('\n')}
  </testsuite>`;
  const suites = principlesOf(claims).map(
    ({ n, name, claims: own }) => `  <testsuite name="${attr(`${n} ${name}`)}" ${tally(own)} ${timestamp}>
${own.map((each) => testcase(`${n} ${name}`, each)).join('\n')}
  </testsuite>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="faultline" ${tally(claims, troubles)}>
${[...(troubles.length === 0 ? [] : [itself]), ...suites].join('\n')}
</testsuites>
`;
}

function testcase(principle: string, each: ClaimStanding): string {
  const { claim, standing, why, waiver, variants } = each;
  const idle = notAwaited(each);
  const open = `    <testcase classname="${attr(principle)}" name="${attr(`${claim.id} ${claim.title}`)}" time="${playedFor(each)}"`;
  const state = testStateOf(each);
  const unsteady = variants.flatMap(({ facts }) => unsteadyTwins(facts)).map((twin) => `unsteady: ${unsteadyText(twin)}`);
  const said = [
    idle === null || standing === 'not verified' ? why : `${standing}, and ${idle}: ${why}`,
    ...(waiver === null ? [] : [`waiver of ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`]),
    ...unsteady,
  ].join('; ');
  const detail = [
    figuresOf([each]),
    ...unsteady,
    ...variants.map(
      (variant) => `${nameOf(variant.facts.scenario, variant.facts.variant)}: ${variant.standing}: ${variant.why}\n  ${replayOf(variant)}`,
    ),
  ]
    .filter((line) => line !== '')
    .join('\n');
  if (state === 'passed') return detail === '' ? `${open}/>` : `${open}>\n      <system-out>${esc(detail)}</system-out>\n    </testcase>`;
  if (state === 'skipped') return `${open}>\n      <skipped message="${attr(said)}"/>\n    </testcase>`;
  return `${open}>\n      <${state} type="${attr(standing)}" message="${attr(said)}">${esc(detail)}</${state}>\n    </testcase>`;
}
