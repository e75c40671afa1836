import type { VariantFacts } from '../../gate/standing.ts';
import { escapeMarkup as esc } from '../escape.ts';
import { brief } from './brief.ts';
import { type PlayedRun, type PlayedRuns, sameVariant, twinText } from './played-runs.ts';

/** What this gate saw of a variant of a scenario: its timelines side by side, the system as it is and its sabotaged twins, each with its numbers and logs; in words what was not played now. Empty where nothing of it was played. */
export function twinsHtml(facts: VariantFacts, runs: PlayedRuns, open: boolean): string {
  const own = [...runs.values()].filter(({ step, shown }) => step.claim !== null && shown !== null && sameVariant(step, facts));
  if (own.length === 0) return '';
  const healthyFirst = [...own].sort((a, b) => Number(a.step.sabotage !== null) - Number(b.step.sabotage !== null));
  const played = new Set(own.map(({ step }) => step.sabotage));
  const shown = healthyFirst.flatMap(({ shown: html }) =>
    html !== null && 'picture' in html && html.picture !== '' ? [html.picture] : [],
  );
  return `<details class="seen"${open ? ' open' : ''}><summary>What was seen: ${healthyFirst.map(({ step }) => (step.sabotage === null ? 'the system as it is' : `sabotaged: ${esc(step.sabotage)}`)).join(', beside it ')}</summary>
${shown.length === 0 ? '' : `<div${own.length > 1 ? ' class="twins"' : ''}>${shown.map((picture) => `<div>${picture}</div>`).join('\n')}</div>`}
${played.has(null) ? '' : '<p class="variant">The system as it is was not played in this gate: what is known of it stands above.</p>'}
${facts.sabotages
  .filter((name) => !played.has(name))
  .map((name) => `<p class="variant">${inWords(name, facts)}</p>`)
  .join('\n')}
${healthyFirst.map(restOf).join('\n')}
</details>`;
}

function restOf({ step, run, reported, shown }: PlayedRun): string {
  const link = reported ? `<a href="../${esc(run.id)}/report.html">Its own report</a> · ` : '';
  const where = `<p class="variant muted">${link}run <code class="break">${esc(run.id)}</code></p>`;
  if (shown !== null && 'rest' in shown) return `${shown.rest}${where}`;
  return `<h4>${esc(twinText(step))}</h4><p class="empty">Nothing can be shown of this run: ${brief(shown?.why ?? '')}. It came to: ${brief(run.headline)}</p>${where}`;
}

/** What the evidence says of a sabotaged twin. */
function inWords(name: string, { evidence, digest }: VariantFacts): string {
  const twin = evidence?.digest === digest ? evidence?.twins.find(({ sabotage }) => sabotage === name) : undefined;
  const run = twin?.runs.findLast(({ as_wanted }) => as_wanted) ?? twin?.runs.at(-1);
  const what = `Its twin with <code>${esc(name)}</code>`;
  if (twin === undefined || run === undefined) return `${what} was not played on this code.`;
  const how = run.as_wanted ? 'failed as named' : run.outcome === 'inconclusive' ? 'came to nothing' : 'did not fail as named';
  return `${what} was not played in this gate; by evidence it ${how} (${esc(twin.wanted)}) on ${run.at.slice(0, 10)}, in run <code class="break">${esc(run.id)}</code>: ${brief(run.headline)}`;
}
