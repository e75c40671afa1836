import type { Verdict } from '../../model/verdict.ts';
import { MARKS } from '../answer-html.ts';
import { escapeMarkup as esc } from '../escape.ts';
import { logsHtml } from '../evidence-html.ts';
import { counted } from '../figures.ts';
import { coarser } from '../frame.ts';
import { figure } from '../html.ts';
import type { LogPart } from '../log-part.ts';
import { faultsTable, latencyTable, outagesTable } from '../numbers-html.ts';
import type { ReportView } from '../view.ts';
import { brief } from './brief.ts';

/** What was read of a run's folder. */
export interface RunRead {
  readonly view: ReportView;
  readonly verdict: Verdict;
  readonly logs: readonly LogPart[];
}

/** Where a run stands in the page. `id`: unique in it, a name as HTML wants it; `name`: text; `width`: a column where a twin stands beside it; `share`: bytes that it may take. */
export interface RunPlace {
  readonly id: string;
  readonly name: string;
  readonly width: 'page' | 'column';
  readonly share: number;
}

/** One run: its timeline, so that two can stand side by side, and all else. */
export interface RunHtml {
  readonly picture: string;
  readonly rest: string;
}

/** How much of a run is shown. `by`: slices of the picture that become one; `narrow`: drawn for a column alone, which is half of it. */
interface Form {
  readonly picture: { readonly by: number; readonly close: boolean; readonly narrow?: true } | null;
  readonly outages: number;
  readonly log_lines: number;
}

/** From all of it to little; the first that fits is taken. */
const FORMS: readonly Form[] = [
  { picture: { by: 1, close: true }, outages: 60, log_lines: Number.POSITIVE_INFINITY },
  { picture: { by: 2, close: true }, outages: 20, log_lines: 10 },
  { picture: { by: 4, close: true }, outages: 10, log_lines: 4 },
  { picture: { by: 4, close: false }, outages: 5, log_lines: 4 },
  { picture: { by: 4, close: false, narrow: true }, outages: 5, log_lines: 4 },
  { picture: { by: 4, close: false, narrow: true }, outages: 5, log_lines: 0 },
  { picture: { by: 8, close: false, narrow: true }, outages: 3, log_lines: 0 },
  { picture: null, outages: 3, log_lines: 0 },
];
const MOST_DEFECTS = 5;

/** A run as the gate's page shows it: timeline, faults, outages with their bounds, latency by phase, logs around the fault. What is too much for its share is left out, and said. */
export function runHtml(run: RunRead, place: RunPlace): RunHtml {
  for (const form of FORMS) {
    const html = inForm(run, place, form);
    if (Buffer.byteLength(html.picture) + Buffer.byteLength(html.rest) <= place.share) return html;
  }
  return {
    picture: '',
    rest: `${head(run, place)}<p class="more">There is no room for more of it in this page: its own report has all.</p>`,
  };
}

function inForm(run: RunRead, place: RunPlace, form: Form): RunHtml {
  const { view, verdict } = run;
  const of = `: ${place.name}`;
  const logs = form.log_lines === 0 ? [] : run.logs.map((log) => shorter(log, form.log_lines));
  const cut = cuts(run, form);
  return {
    picture: pictures(run, place, form),
    rest: [
      head(run, place),
      view.defects.length === 0
        ? ''
        : `<p><strong>The recording itself is damaged:</strong> ${view.defects
            .slice(0, MOST_DEFECTS)
            .map(({ detail }) => brief(detail))
            .join('; ')}</p>`,
      cut.length === 0 ? '' : `<p class="more">Cut so that all runs fit into one page: ${cut.join(', ')}. Its own report has all.</p>`,
      faultsTable(verdict, of),
      outagesTable({ ...verdict, episodes: verdict.episodes.slice(0, form.outages) }, of),
      latencyTable(view, of),
      logs.length === 0 ? '' : `<p class="logs">Logs around the fault</p>${logsHtml(logs)}`,
    ].join('\n'),
  };
}

function head({ verdict: { outcome, because } }: RunRead, { name }: RunPlace): string {
  return `<h4>${esc(name)} <span class="chip ${outcome}">${MARKS[outcome]} ${outcome}</span></h4><p>${brief(because)}</p>`;
}

function pictures({ view, verdict }: RunRead, { id, name, width: own }: RunPlace, { picture }: Form): string {
  if (view.whole === null) return '<p class="empty">Nothing was recorded that could be drawn.</p>';
  if (picture === null) return '';
  const { by, close, narrow } = picture;
  const width = narrow ? 'column' : own;
  const whole = figure(view, verdict, coarser(view.whole, by), `${id}-whole`, `${name}: the run`, width);
  if (view.close === null || !close) return whole;
  return `${whole}${figure(view, verdict, coarser(view.close, by), `${id}-close`, `${name}: the outage, closer`, width)}`;
}

function cuts({ view, verdict, logs }: RunRead, { picture, outages, log_lines }: Form): readonly string[] {
  const drawn = view.whole !== null;
  return [
    drawn && picture === null ? 'no timeline' : null,
    drawn && picture !== null && picture.by > 1 ? `${picture.by} slices of the timeline drawn as one` : null,
    view.close !== null && picture?.close === false ? 'the outage not shown closer' : null,
    verdict.episodes.length > outages ? `${outages} of ${counted(verdict.episodes.length, 'outage')}` : null,
    logs.some(({ lines }) => lines.length > log_lines) ? (log_lines === 0 ? 'no logs' : `${log_lines} lines of each log`) : null,
  ].filter((each) => each !== null);
}

/** The first and the last lines of a log. */
function shorter({ file, what, lines }: LogPart, most: number): LogPart {
  if (lines.length <= most) return { file, what, lines };
  const half = Math.floor(most / 2);
  return { file, what, lines: [...lines.slice(0, half), `… ${lines.length - 2 * half} lines left out …`, ...lines.slice(-half)] };
}
