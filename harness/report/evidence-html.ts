import type { Verdict } from '../model/verdict.ts';
import { escapeMarkup as esc } from './escape.ts';
import { count, moment } from './figures.ts';
import type { LogPart } from './log-part.ts';
import { table } from './numbers-html.ts';
import type { ReportView } from './view.ts';

const MOST_LINE = 400;
const MOST_NOTES = 200;

/** What the verdict rests on: the cluster's history, what the harness noted, the components' logs around the fault, and where the run took place. */
export function evidenceHtml(view: ReportView, verdict: Verdict, logs: readonly LogPart[]): string {
  return [cluster(view), notes(view), logTails(logs), environment(view, verdict)].filter((part) => part !== '').join('\n');
}

function cluster(view: ReportView): string {
  if (view.cluster.length === 0) return '';
  const rows = view.cluster.map((c) => [
    moment(c.at_s),
    esc(c.leader ?? 'nobody'),
    c.timeline === null ? '–' : String(c.timeline),
    c.members
      .map((m) => `${esc(m.name)} <span class="muted">${esc(m.role)}, ${esc(m.state)}${m.lag ? `, ${count(m.lag)} B behind` : ''}</span>`)
      .join('<br>'),
    esc(c.asked),
  ]);
  return table('What the cluster said of itself', ['at (s)', 'leader', 'timeline', 'members', 'asked'], rows, [0, 2]);
}

function notes(view: ReportView): string {
  if (view.notes.length === 0) return '';
  const items = view.notes
    .slice(0, MOST_NOTES)
    .map((n) => `<li><span class="at">${moment(n.at_s)} s</span> ${esc(n.text.slice(0, 2000))}</li>`);
  return `<h3>Notes of the harness</h3><ol class="notes">${items.join('\n')}</ol>${
    view.notes.length > MOST_NOTES ? `<p class="more">and ${count(view.notes.length - MOST_NOTES)} more: see timeline.jsonl</p>` : ''
  }`;
}

function logTails(logs: readonly LogPart[]): string {
  if (logs.length === 0) return '<p class="empty"><strong>Logs</strong> none were collected</p>';
  return `<h3>Logs</h3>${logsHtml(logs)}`;
}

/** Parts of logs, each behind its name. */
export function logsHtml(logs: readonly LogPart[]): string {
  return logs
    .map(
      (log) => `<details><summary><code>${esc(log.file)}</code> <span class="muted">${esc(log.what)}</span></summary>
<pre tabindex="0" aria-label="${esc(log.file)}">${log.lines.map((line) => esc(line.length > MOST_LINE ? `${line.slice(0, MOST_LINE)}…` : line)).join('\n')}</pre></details>`,
    )
    .join('\n');
}

function environment(view: ReportView, verdict: Verdict): string {
  const e = view.environment;
  const rows: [string, string][] = [
    ['commit', e.commit ?? 'unknown'],
    ['machine', e.machine ?? 'unknown'],
    ['runtime', verdict.run.runtime],
    ['operations recorded', count(view.operations)],
    ...(e.used_before_by ?? []).map((run): [string, string] => ['system used before by', run]),
    ...Object.entries(e.versions ?? {}),
  ];
  return table(
    'Where it ran',
    ['what', 'which'],
    rows.map(([name, value]) => [esc(name), `<span class="break">${esc(value)}</span>`]),
  );
}
