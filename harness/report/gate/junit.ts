import { type ClaimStanding, holds } from '../../gate/standing.ts';
import { nameOf } from '../../model/evidence.ts';
import { escapeAttribute as attr, escapeMarkup as esc } from '../escape.ts';
import { type GateInput, playedFor, principlesOf, replayOf } from './input.ts';
import { figuresOf } from './promise.ts';

/** How a claim ends as a test: broken is a failure, not known is an error where a release waits for it; waived, and what nobody waits for and nobody looked at, is skipped. */
export function testStateOf({ standing, waived, waiver, gates }: ClaimStanding): 'passed' | 'failure' | 'error' | 'skipped' {
  if (waiver?.expired === true) return 'failure';
  if (waived) return 'skipped';
  if (holds(standing)) return 'passed';
  if (standing === 'failed') return 'failure';
  return standing === 'not verified' && !gates ? 'skipped' : 'error';
}

/** What a gate came to as JUnit XML: a suite per principle, a case per claim. */
export function gateJunit({ claims, record }: GateInput): string {
  const tally = (own: readonly ClaimStanding[]) => {
    const states = own.map(testStateOf);
    const of = (state: string) => states.filter((each) => each === state).length;
    return `tests="${own.length}" failures="${of('failure')}" errors="${of('error')}" skipped="${of('skipped')}"`;
  };
  const suites = principlesOf(claims).map(
    ({
      n,
      name,
      claims: own,
    }) => `  <testsuite name="${attr(`${n} ${name}`)}" ${tally(own)} timestamp="${attr(record.at.replace(/(\.\d+)?Z$/, ''))}">
${own.map((each) => testcase(`${n} ${name}`, each)).join('\n')}
  </testsuite>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="faultline" ${tally(claims)}>
${suites.join('\n')}
</testsuites>
`;
}

function testcase(principle: string, each: ClaimStanding): string {
  const { claim, standing, why, waiver, variants } = each;
  const open = `    <testcase classname="${attr(principle)}" name="${attr(`${claim.id} ${claim.title}`)}" time="${playedFor(each)}"`;
  const state = testStateOf(each);
  const said = waiver === null ? why : `${why}; waiver of ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`;
  const detail = [
    figuresOf([each]),
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
