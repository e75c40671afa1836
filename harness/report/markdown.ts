import type { Verdict } from '../model/verdict.ts';
import { bracket, count } from './figures.ts';
import { code, fence, table, text } from './markdown-text.ts';
import { findingIn, measuredText } from './numbers-html.ts';
import type { ReportView } from './view.ts';

const MOST_IDS = 20;
const MOST_DEFECTS = 5;

/** The verdict in GitHub-flavoured Markdown, for a job summary or a pull request. */
export function markdown(view: ReportView, verdict: Verdict): string {
  const { run } = verdict;
  const parts = [
    `## ${SIGNS[verdict.outcome]} ${verdict.outcome.toUpperCase()} · ${text(run.title)}`,
    `**${text(verdict.headline)}**`,
    text(verdict.because),
    ...banners(view, verdict),
    table(
      ['objective', 'promised', 'measured', 'verdict', 'because'],
      verdict.objectives.map((o) => [
        text(o.name),
        text(o.objective) || '–',
        text(measuredText(o)),
        `${SIGNS[o.outcome]} ${o.outcome}`,
        `${text(o.because)}${o.reason === 'held' ? '' : ` (${code(o.reason)})`}${findingIn(o) === null ? '' : ` **Finding:** ${text(findingIn(o) ?? '')}`}`,
      ]),
    ),
    table(
      ['fault', 'hit', 'took effect (s)', 'healed (s)', 'proof'],
      verdict.faults.map((f) => [
        `${text(f.name)}${f.amplifier ? ' (amplifier)' : ''}`,
        text(`${f.fault} ${f.target.join(', ')}`),
        f.took_effect_s === null ? 'not seen' : text(bracket(...f.took_effect_s)),
        f.healed_s === null ? '–' : text(bracket(...f.healed_s)),
        text(f.proof),
      ]),
    ),
    lost(verdict),
    ['Play it again:', '', fence(run.replay)].join('\n'),
    `Run ${code(run.id)}, seed ${run.seed}, runtime ${text(run.runtime)}, exit code ${verdict.exit_code}. The whole story: ${code('report.html')}.`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const SIGNS = { pass: '✅', fail: '❌', inconclusive: '❔' } as const;

function banners(view: ReportView, verdict: Verdict): string[] {
  const said: string[] = [];
  const { left_behind = [] } = view.environment;
  if (left_behind.length > 0)
    said.push(`> **A person is needed.** This could not be healed or removed: ${left_behind.map(text).join('; ')}.`);
  if (view.defects.length > 0)
    said.push(
      `> **The recording itself is damaged:** ${view.defects
        .slice(0, MOST_DEFECTS)
        .map((d) => text(d.detail))
        .join('; ')}.`,
    );
  if (verdict.run.demonstration) said.push('> **Demonstration:** counts towards no principle.');
  const { sabotage, system } = view.plan;
  if (system.reference !== undefined) said.push(`> **Reference implementation:** ${text(system.reference)}.`);
  if (sabotage !== null)
    said.push(
      `> **Sabotaged on purpose** (${text(sabotage.name)}): ${text(sabotage.title)}. It should break ${code(sabotage.objective)} for the reason ${code(sabotage.reason)}.`,
    );
  else if (verdict.run.sabotage !== null) said.push(`> **Sabotaged on purpose:** ${text(verdict.run.sabotage)}.`);
  return said;
}

function lost(verdict: Verdict): string {
  return verdict.objectives
    .flatMap((o) => {
      if (o.measured?.kind !== 'rpo' || o.measured.lost_ids.length === 0) return [];
      const ids = o.measured.lost_ids.slice(0, MOST_IDS);
      const more = o.measured.lost > ids.length ? [`- … all ${count(o.measured.lost)} are in ${code('lost.txt')}`] : [];
      return [`Lost writes (${text(o.name)}):`, '', ...ids.map((id) => `- ${code(id)}`), ...more];
    })
    .join('\n');
}
