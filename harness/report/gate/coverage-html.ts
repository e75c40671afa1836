import type { PrincipleCoverage } from '../../coverage/of-principle.ts';
import { PRINCIPLES } from '../../model/principle.ts';
import { countedText } from '../coverage-text.ts';
import { escapeMarkup as esc } from '../escape.ts';
import { counted } from '../figures.ts';
import type { GateInput } from './input.ts';

/** Handlers that are listed; the rest are counted. */
const MOST_HANDLERS = 60;

/** What of the services scenarios reached, by principle, and what no fault has ever reached. */
export function coverageHtml({ coverage: { principles, stale } }: GateInput): string {
  const old =
    stale.length === 0
      ? ''
      : `<p class="muted">Measured on another state of the code, and not counted: ${stale.map((name) => `<code>${esc(name)}</code>`).join(', ')}.</p>`;
  if (principles.length === 0)
    return `<p class="empty">Nothing is known of what the services executed on this code; <code>npx faultline coverage SCENARIO</code> measures it, in runs of its own.</p>${old}`;
  const rows = principles.map(
    (each) =>
      `<tr><th>${esc(nameOf(each))}</th>${cell('lines', countedText(each.lines))}${cell('branches', countedText(each.branches))}${cell('lines only under fault', String(each.only_under_fault))}${cell('handlers that a fault reached', countedText(each.handlers))}</tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>principle</th><th>lines</th><th>branches</th><th>lines only under fault</th><th>handlers that a fault reached</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
${principles.map(details).join('\n')}
${old}`;
}

/** One principle's, for its card; empty where nothing is known. */
export function coverageOf(principles: readonly PrincipleCoverage[], n: number): string {
  const found = principles.find(({ principle }) => principle === n);
  return found === undefined ? '' : `lines ${countedText(found.lines)}, handlers under fault ${countedText(found.handlers)}`;
}

function details(each: PrincipleCoverage): string {
  const { unreached, files, lost, scenarios } = each;
  const next =
    unreached.length === 0
      ? '<p>Every handler in these files was reached by some fault.</p>'
      : `<ul class="handlers">${unreached
          .slice(0, MOST_HANDLERS)
          .map(({ file, line, what, name }) => `<li><code>${esc(`${file}:${line}`)}</code> ${esc(what)} in <code>${esc(name)}</code></li>`)
          .join('')}</ul>${unreached.length > MOST_HANDLERS ? `<p>and ${unreached.length - MOST_HANDLERS} more</p>` : ''}`;
  const rows = files.map(
    (file) =>
      `<tr><td data-l="file"><span class="cell"><code>${esc(file.file)}</code></span></td>${cell('lines', countedText(file.lines))}${cell('branches', countedText(file.branches))}${cell('lines only under fault', file.only_under_fault === '' ? '–' : file.only_under_fault)}</tr>`,
  );
  return `<details><summary>${esc(nameOf(each))}: ${counted(unreached.length, 'handler')} that no fault has ever reached</summary>
<p class="variant muted">by ${scenarios.map((name) => `<code>${esc(name)}</code>`).join(', ')}</p>
${next}
<div class="scroll"><table><thead><tr><th>file</th><th>lines</th><th>branches</th><th>lines only under fault</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
${lost.length === 0 ? '' : `<p class="muted">Not told: ${lost.map(esc).join('; ')}</p>`}
</details>`;
}

function nameOf({ principle }: PrincipleCoverage): string {
  return principle === null ? 'No principle' : `${principle} ${PRINCIPLES[principle - 1] ?? ''}`;
}

function cell(label: string, text: string): string {
  return `<td data-l="${label}"><span class="cell">${esc(text)}</span></td>`;
}
