import { lostWrites, type ObjectiveVerdict, type Verdict } from '../model/verdict.ts';
import { MARKS } from './answer-html.ts';
import { escapeMarkup as esc } from './escape.ts';
import { bracket, count, moment, share } from './figures.ts';
import { restoredText } from './restored-text.ts';
import type { ReportView } from './view.ts';

const MOST_ROWS = 60;
const MOST_IDS = 20;

/** Every number of the verdict with its bounds, as tables. */
export function numbersHtml(view: ReportView, verdict: Verdict): string {
  return [
    objectives(verdict),
    faultsTable(verdict),
    outagesTable(verdict),
    latencyTable(view),
    milestones(verdict),
    ...verdict.objectives.filter((o) => o.measured?.kind === 'rpo').map((o) => writes(view, o)),
    availability(verdict),
    ...verdict.objectives.map(budget),
    floors(verdict),
    harness(verdict),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** A table with a caption. Cells are markup already; `numeric` names the columns set flush right. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string {
  if (rows.length === 0) return `<p class="empty"><strong>${esc(caption)}</strong> none</p>`;
  const cls = (i: number) => (numeric.includes(i) ? ' class="n"' : '');
  const more = rows.length > MOST_ROWS ? `<p class="more">and ${count(rows.length - MOST_ROWS)} more: see verdict.json</p>` : '';
  const body = rows.slice(0, MOST_ROWS).map((row) => {
    const cells = row.map((cell, i) =>
      i === 0
        ? `<th scope="row" role="rowheader"${cls(i)}>${cell}</th>`
        : `<td role="cell"${cls(i)} data-l="${head[i] ?? ''}"><span class="cell">${cell}</span></td>`,
    );
    return `<tr role="row">${cells.join('')}</tr>`;
  });
  // Roles are spelled out because a narrow window lays rows out as blocks, and some browsers then forget that it is a table.
  return `<div class="scroll" tabindex="0" role="region" aria-label="${esc(caption)}"><table role="table"${head.length < 5 ? ' class="few"' : ''}><caption>${esc(caption)}</caption>
<thead role="rowgroup"><tr role="row">${head.map((cell, i) => (cell === '' ? '<td></td>' : `<th scope="col" role="columnheader"${cls(i)}>${cell}</th>`)).join('')}</tr></thead>
<tbody role="rowgroup">${body.join('\n')}</tbody></table></div>${more}`;
}

function objectives(verdict: Verdict): string {
  const rows = verdict.objectives.map((o) => [
    esc(o.name),
    esc(o.objective || '–'),
    esc(measuredText(o)),
    `<span class="chip ${o.outcome}">${MARKS[o.outcome]} ${o.outcome}</span>`,
    `${esc(o.because)}${o.reason === 'held' ? '' : ` <code>${esc(o.reason)}</code>`}${findingIn(o) === null ? '' : `<br><strong>finding:</strong> ${esc(findingIn(o) ?? '')}`}${o.evidence.length > 0 ? `<br><span class="muted">evidence: ${esc(o.evidence.slice(0, 8).join(', '))}</span>` : ''}`,
  ]);
  return table('Objectives and gates', ['objective', 'promised', 'measured', 'verdict', 'because'], rows);
}

/** What an objective's measurement tells beside its verdict; null when nothing. */
export function findingIn({ measured }: ObjectiveVerdict): string | null {
  return measured?.kind === 'rto' ? (measured.finding ?? null) : null;
}

/** What was measured, in a few words with its bounds and unit; a dash where nothing was. */
export function measuredText(o: ObjectiveVerdict): string {
  const m = o.measured;
  if (m === null) return '–';
  if (m.kind === 'rto') return `${bracket(m.lower_s, m.upper_s)} s`;
  if (m.kind === 'rpo') return `${count(lostWrites(m))} of ${count(m.acknowledged)} writes`;
  if (m.kind === 'steady')
    return [
      m.good_change === null ? '' : `good ${(m.good_change.seen * 100).toFixed(2)} %`,
      m.goodput === null ? '' : `answers ×${m.goodput.seen.toFixed(2)}`,
      m.latency_p95 === null ? '' : `p95 ×${m.latency_p95.seen.toFixed(2)}`,
    ]
      .filter((part) => part !== '')
      .join(', ');
  if (m.kind === 'latency') return m.p95_times === null ? '–' : `p95 ×${m.p95_times.at_least.toFixed(2)}–${m.p95_times.at_most.toFixed(2)}`;
  if (m.kind === 'gauge') return `${count(m.least)}–${count(m.most)}`;
  if (m.kind === 'restore') return restoredText(m);
  return share(m.lower, m.upper);
}

/** When each fault took effect and was healed, with its bounds. `of`: whose they are, where a page has more than one run. */
export function faultsTable(verdict: Verdict, of = ''): string {
  const rows = verdict.faults.map((f) => [
    `${esc(f.name)}${f.amplifier ? ' <span class="chip amp">amplifier</span>' : ''}`,
    `${esc(f.fault)} ${esc(f.target.join(', '))}`,
    f.asked_s === null ? '–' : moment(f.asked_s),
    f.took_effect_s === null ? 'not seen' : bracket(...f.took_effect_s),
    f.healed_s === null ? '–' : bracket(...f.healed_s),
    `${f.confirmed ? '' : '<span class="chip inconclusive">? not confirmed</span> '}${esc(f.proof)}`,
  ]);
  return table(`Faults, in seconds of the run${of}`, ['fault', 'what was hit', 'asked', 'took effect', 'healed', 'proof'], rows, [2, 3, 4]);
}

/** When each outage began and ended, and how long it lasted, with bounds. */
export function outagesTable(verdict: Verdict, of = ''): string {
  const down = new Map(verdict.downtime_s.map((d) => [d.stream, d.downtime_s]));
  const rows = verdict.episodes.map((e) => [
    esc(e.stream),
    bracket(...e.begins_s),
    e.ends_s[1] === null ? `after ${moment(e.ends_s[0])}` : bracket(e.ends_s[0], e.ends_s[1]),
    `${esc(bracket(e.lower_s, e.upper_s))}${e.stall === undefined ? '' : `<br><span class="muted">${esc(stallText(e.stall))}</span>`}`,
    down.has(e.stream) ? moment(down.get(e.stream) ?? 0) : '–',
    esc(
      Object.entries(e.errors)
        .sort((a, b) => b[1] - a[1])
        .slice(0, 6)
        .map(([name, n]) => `${name} ×${count(n)}`)
        .join(', '),
    ),
  ]);
  return table(
    `Outages, in seconds of the run${of}`,
    ['stream', 'began', 'ended', 'lasted (s)', 'downtime (s)', 'errors'],
    rows,
    [1, 2, 3, 4],
  );
}

/** How long good answers took, by the phase in which they were due. */
export function latencyTable({ latencies }: Pick<ReportView, 'latencies'>, of = ''): string {
  const at = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(1));
  const rows = latencies.map(({ lane, phase, due, good, ms }) => [
    esc(lane),
    phase,
    `${count(good)} of ${count(due)}`,
    at(ms?.half),
    at(ms?.most),
    at(ms?.slowest),
  ]);
  return table(
    `Latency by phase, in ms, of good answers${of}`,
    ['stream', 'phase', 'good', 'half within', '95 % within', 'slowest'],
    rows,
    [2, 3, 4, 5],
  );
}

/** The two lengths of what hung. */
function stallText({ gap_s, late_s }: NonNullable<Verdict['episodes'][number]['stall']>): string {
  const gap = gap_s === null ? 'no success after it' : `${moment(gap_s)} between successes`;
  return `${gap}, late by schedule for ${bracket(...late_s)}`;
}

function milestones(verdict: Verdict): string {
  if (verdict.milestones.length === 0) return '';
  const rows = verdict.milestones.map((m) => [esc(m.name), esc(m.of), esc(bracket(m.lower_s, m.upper_s))]);
  return table('Beside the recovery, in seconds after the effect', ['step', 'of', 'after (s)'], rows, [2]);
}

function writes(view: ReportView, o: ObjectiveVerdict): string {
  if (o.measured?.kind !== 'rpo') return '';
  const m = o.measured;
  const sets: [string, number | string, string][] = [
    ['acknowledged', m.acknowledged, 'the client was told that they are safe'],
    ['lost', m.lost, 'acknowledged, and not found by the final read'],
    ['lost before', m.lost_before, 'of those, acknowledged before the fault took effect'],
    ['lost after', m.lost_after, 'of those, acknowledged after it'],
    ['altered', m.altered, 'acknowledged, and found with another value'],
    ['deleted', m.deleted, 'the client was told that they are gone'],
    ['undeleted', m.undeleted, 'deleted, and found all the same'],
    ['found', m.found, 'in the authoritative store at the end'],
    ['indeterminate', m.indeterminate, 'the client was not told: may or may not have happened'],
    ['recovered', m.recovered, 'indeterminate, and found'],
    ['failed', m.failed, 'definitely did not happen'],
    ['resurrected', m.resurrected, 'failed, and found all the same'],
    ['phantom', m.phantom, 'found, and never attempted'],
    ['duplicated', m.duplicated, 'found more than once'],
    ['misordered', m.misordered, 'found in another order than their writer sent them'],
    ['zombie', m.zombie, 'acknowledged by a deposed primary, and lost'],
    ['split brain', m.split_brain, 'acknowledged by the older timeline after the newer one'],
    ['seconds', m.seconds === null ? '–' : m.seconds.toFixed(2), 'how far back the loss reaches'],
    [
      'reaches back',
      m.reaches_back_s === null ? '–' : `${bracket(...m.reaches_back_s)} s`,
      'how far before the fault the state of the store lies',
    ],
  ];
  const wrong = new Set(['lost', 'altered', 'undeleted', 'phantom', 'resurrected', 'duplicated', 'misordered', 'zombie', 'split brain']);
  const rows = sets.map(([name, n, meaning]) => [
    esc(name),
    `<span class="${wrong.has(name) && typeof n === 'number' && n > 0 ? 'alarm' : ''}">${typeof n === 'number' ? count(n) : esc(n)}</span>`,
    meaning,
  ]);
  const stores = m.stores.map((s) => {
    const read = view.reads.find((event) => event.store === s.store);
    const complete = read === undefined ? '–' : read.complete ? 'to its end' : `not to its end: ${esc(read.error ?? '')}`;
    return [esc(s.store), s.role, count(s.found), count(s.lost), count(s.altered), complete];
  });
  const ids = m.lost_ids.slice(0, MOST_IDS).map((id) => `<li><code>${esc(id)}</code></li>`);
  const lost =
    ids.length === 0
      ? ''
      : `<h3>The first ${count(ids.length)} of ${count(m.lost)} lost writes</h3><ul class="ids">${ids.join('')}</ul>${
          m.lost > ids.length ? '<p class="more">all of them: lost.txt</p>' : ''
        }`;
  return `${table(`Writes: ${o.name}`, ['set', 'writes', 'meaning'], rows, [1])}
${lost}
${table('Stores read back', ['store', 'role', 'found', 'lost', 'altered', 'read'], stores, [2, 3, 4])}`;
}

function availability(verdict: Verdict): string {
  if (verdict.availability.length === 0) return '';
  return table(
    'Availability by journey',
    ['journey', 'good', 'operations'],
    verdict.availability.map((a) => [esc(a.journey), esc(share(a.lower, a.upper)), count(a.scheduled)]),
    [1, 2],
  );
}

function budget({ name, measured }: ObjectiveVerdict): string {
  if (measured?.kind !== 'availability') return '';
  const percent = (ratio: number | null) => (ratio === null ? '–' : `${(ratio * 100).toFixed(1)} %`);
  const rows = [
    ['worst second', percent(measured.worst_1s), 'good, of what is known'],
    ['worst ten seconds', percent(measured.worst_10s), 'good, of what is known'],
    ['worst minute', percent(measured.worst_60s), 'good, of what is known'],
    ['error budget spent', percent(measured.budget_spent), 'of the errors that the promise allows; unknown ones count'],
    ...measured.spent_by.map(({ fault, spent }) => [
      `spent since ${esc(fault)}`,
      percent(spent),
      'until the next fault took effect, or to the end',
    ]),
  ];
  return table(`Availability: ${name}`, ['figure', 'share', 'meaning'], rows, [1]);
}

function floors(verdict: Verdict): string {
  if (verdict.floors.length === 0) return '';
  return table(
    'Floors of evidence',
    ['what there must be enough of', 'needed', 'seen', ''],
    verdict.floors.map((f) => [
      esc(f.name),
      `${figure(f.needed)} ${esc(f.unit)}`,
      figure(f.seen),
      f.seen >= f.needed ? '<span class="chip pass">✓ enough</span>' : '<span class="chip inconclusive">? too few</span>',
    ]),
    [1, 2],
  );
}

function harness(verdict: Verdict): string {
  const h = verdict.harness;
  return table(
    'The harness itself',
    ['figure', 'value', 'meaning'],
    [
      ['probe interval (tau)', `${h.tau_ms} ms`, 'how often each open stream asks'],
      ['lateness, 99 % below', h.lateness_ms_p99 === null ? '–' : `${h.lateness_ms_p99.toFixed(2)} ms`, 'how late operations were sent'],
      ['unknown operations', h.unknown_ratio === null ? '–' : `${(h.unknown_ratio * 100).toFixed(2)} %`, 'judged both as good and as bad'],
      ['stalls', count(h.stalls), 'times the harness itself stood still'],
    ],
    [1],
  );
}

function figure(n: number): string {
  return Number.isInteger(n) ? count(n) : String(Math.round(n * 1000) / 1000);
}
