import type { Verdict } from '../model/verdict.ts';
import { answerHtml } from './answer-html.ts';
import { escapeMarkup as esc } from './escape.ts';
import { evidenceHtml } from './evidence-html.ts';
import type { Frame } from './frame.ts';
import type { LogPart } from './log-part.ts';
import { numbersHtml } from './numbers-html.ts';
import { page } from './page.ts';
import { LAYOUTS, timelineSvg } from './timeline-svg.ts';
import type { ReportView } from './view.ts';

/** The files of a run's folder that a reader may look for, and what each is. */
export const FILES: readonly (readonly [string, string])[] = [
  ['plan.json', 'what was to be done: seed, schedule, targets, numbers'],
  ['environment.json', 'where it was done: commit, versions, machine'],
  ['timeline.jsonl', 'all that was seen, one line each, by one clock'],
  ['undo.jsonl', 'what had to be undone, and what was'],
  ['seal.json', 'the digests of the four above when the run ended'],
  ['verdict.json', 'the verdict, for programs'],
  ['lost.txt', 'the ids of all lost writes, if any'],
  ['junit.xml', 'the verdict, for CI'],
  ['summary.md', 'the verdict, for a pull request'],
  ['trace.json', 'the run for a trace viewer (Trace Event format)'],
  ['logs/', 'the logs of every component'],
];

/**
 * The report as one HTML file: nothing is loaded, nothing is executed, and it stays under 2 MB however long the run was. `logs`: parts of the
 * components' logs to show.
 */
export function html(view: ReportView, verdict: Verdict, logs: readonly LogPart[] = []): string {
  const { run } = verdict;
  return page({
    title: `${verdict.outcome.toUpperCase()} · ${run.scenario} · ${run.id}`,
    skip: 'To the verdict',
    main: `${answerHtml(view, verdict)}
<section aria-labelledby="what-happened">
<h2 id="what-happened">What happened</h2>
${timelines(view, verdict)}
</section>
<section aria-labelledby="numbers">
<h2 id="numbers">The numbers and their bounds</h2>
${numbersHtml(view, verdict)}
</section>
<section aria-labelledby="evidence">
<h2 id="evidence">Evidence</h2>
${evidenceHtml(view, verdict, logs)}
</section>
<section aria-labelledby="again">
<h2 id="again">Do it again</h2>
<pre class="replay" tabindex="0" aria-label="The command that plays this run again"><code>${esc(run.replay)}</code></pre>
<p>Run <code class="break">${esc(run.id)}</code>. Judged again, on any machine: <code>faultline judge DIR</code>. The files beside this one:</p>
<dl class="files">${FILES.map(([name, what]) => `<div><dt><code>${name}</code></dt><dd>${what}</dd></div>`).join('\n')}</dl>
</section>`,
    footer:
      'Each number carries its bounds. What the harness could not know is judged both as good and as bad; where that makes a difference, the verdict is inconclusive.',
  });
}

function timelines(view: ReportView, verdict: Verdict): string {
  if (view.whole === null) return '<p class="empty">Nothing was recorded that could be drawn.</p>';
  return [
    figure(view, verdict, view.whole, 'whole', view.close === null ? 'The run' : 'The run, from the first load to the final read'),
    view.close === null ? '' : figure(view, verdict, view.close, 'close', 'The outage, closer'),
    LEGEND,
    view.lost_drawn > 0 && !view.lost_all ? `<p class="more">Only the first ${view.lost_drawn} lost writes are marked.</p>` : '',
  ].join('\n');
}

/** A stretch of a run as a picture for wide and one for narrow windows; in a `column` the narrow one alone. `id` must be unique in the page. */
export function figure(
  view: ReportView,
  verdict: Verdict,
  frame: Frame,
  id: string,
  caption: string,
  width: 'page' | 'column' = 'page',
): string {
  const narrow = timelineSvg(view, verdict, frame, LAYOUTS.narrow, `${id}-narrow`, caption);
  const svg =
    width === 'column'
      ? `<div class="column">${narrow}</div>`
      : `<div class="wide">${timelineSvg(view, verdict, frame, LAYOUTS.wide, `${id}-wide`, caption)}</div>
<div class="narrow">${narrow}</div>`;
  return `<figure><figcaption>${esc(caption)}</figcaption>
${svg}
</figure>`;
}

/** What the colours of the pictures mean. */
export const LEGEND = `<ul class="legend" aria-label="Legend">
<li><i class="l-good"></i>good</li>
<li><i class="l-bad"></i>not good, or a lost write</li>
<li><i class="l-unknown"></i>unknown: the harness stood still</li>
<li><i class="l-none"></i>nothing was due</li>
<li><i class="l-lat"></i>slowest answer (logarithmic, up to the deadline)</li>
<li><i class="l-fault"></i>fault (pale: within its bounds)</li>
<li><i class="l-amp"></i>amplifier</li>
<li><i class="l-episode"></i>outage (pale: within its bounds)</li>
<li><i class="l-deadline"></i>objective</li>
</ul>`;
