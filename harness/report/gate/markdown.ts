import { isAwaited, notAwaited, referenceOf } from '../../gate/standing.ts';
import { troublesOf } from '../../gate/troubles.ts';
import { unsteadyOf, unsteadyText } from '../../gate/unsteady.ts';
import { nameOf } from '../../model/evidence.ts';
import { EXIT } from '../../model/reason.ts';
import { countedText } from '../coverage-text.ts';
import { code, fence, table, text } from '../markdown-text.ts';
import { countsLine, type GateInput, knownOf, principlesOf, replayOf, toneOf, toneOfTrouble, wordOf } from './input.ts';
import { figuresOf } from './promise.ts';
import { waysBackMarkdown } from './ways-back.ts';

/** GitHub takes 1 MiB for a summary; what is longer is cut where a line ends. */
const MOST_BYTES = 1_000_000;
const SIGNS = { pass: '✅', fail: '❌', inconclusive: '❔', none: '➖' } as const;
const MOST_REPLAYS = 20;

/** What a gate came to, in GitHub-flavoured Markdown: for a job's summary or a pull request. At most 1 MB. */
export function gateMarkdown(input: GateInput): string {
  const { claims, record, code: exit, line } = input;
  const known = knownOf(claims);
  const open: readonly number[] = [EXIT.inconclusive, EXIT.interrupted];
  const unseen = claims.filter((each) => isAwaited(each) && each.variants.length === 0 && each.waiver === null);
  const bad = known.filter((each) => ['fail', 'inconclusive'].includes(toneOf(each)));
  const parts = [
    `## ${exit === EXIT.held ? SIGNS.pass : open.includes(exit) ? SIGNS.inconclusive : SIGNS.fail} Faultline gate: exit ${exit}`,
    text(line),
    ...troublesOf(claims, record).map((each) => `> ${SIGNS[toneOfTrouble(each)]} **${each.kind}**: ${text(each.why)}`),
    `${countsLine(claims)} of thirteen principles. Commit ${code(record.commit.slice(0, 60))}, profile ${code(record.profile)}.`,
    table(
      ['', 'principle', 'claims that hold', 'worst measured', 'handlers that a fault reached'],
      principlesOf(claims).map(({ n, name, claims: own, good, tone }) => [
        SIGNS[tone],
        `${n} ${text(name)}`,
        `${good} of ${own.length}`,
        text(figuresOf(own)) || '–',
        handlersOf(input, n),
      ]),
    ),
    table(
      ['', 'claim', 'standing', 'because', 'owner'],
      known.map((each) => [
        SIGNS[toneOf(each)],
        `${each.claim.id} ${text(each.claim.title)}`,
        [text(wordOf(each)), ...[notAwaited(each), referenceOf(each)].flatMap((note) => (note === null ? [] : [`(${text(note)})`]))].join(
          ' ',
        ),
        `${text(each.why)}${each.waiver === null ? '' : ` **Waiver** until ${each.waiver.expires} (${text(each.waiver.owner)}): ${text(each.waiver.reason)}`}`,
        text(each.owner ?? '–'),
      ]),
    ),
    waysBackMarkdown(claims),
    unseen.length === 0 ? '' : `A release waits for them, and there is no scenario: ${unseen.map(({ claim }) => claim.id).join(', ')}.`,
    ...unsteadyOf(claims, record).map((each) => `**Unsteady**: ${text(unsteadyText(each))}.`),
    bad.length === 0 ? '' : 'Play it again:',
    bad.length === 0
      ? ''
      : fence(
          bad
            .flatMap(({ variants }) =>
              variants.filter(({ standing }) => standing === 'failed' || standing === 'inconclusive').map(replayOf),
            )
            .slice(0, MOST_REPLAYS)
            .join('\n'),
        ),
    record.left.length === 0 ? '' : `Not played: ${record.left.map(({ name, why }) => `${code(name)} (${text(why)})`).join(', ')}.`,
    `Played: ${record.runs.map(({ step, run }) => `${code(nameOf(step.scenario, step.variant))} ${text(run.headline)}`).join('; ') || 'nothing; it stands as its evidence says'}.`,
  ];
  return cut(`${parts.filter((part) => part !== '').join('\n\n')}\n`);
}

function cut(all: string): string {
  const bytes = Buffer.from(all);
  if (bytes.length <= MOST_BYTES) return all;
  const end = bytes.lastIndexOf('\n', MOST_BYTES - 100);
  return `${bytes.subarray(0, end).toString()}\n\n… cut: the rest is in report.html\n`;
}

function handlersOf({ coverage }: GateInput, n: number): string {
  const found = coverage.principles.find(({ principle }) => principle === n);
  return found === undefined ? '–' : countedText(found.handlers);
}
