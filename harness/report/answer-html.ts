import { lostWrites, type ObjectiveVerdict, type Verdict } from '../model/verdict.ts';
import { escapeMarkup as esc } from './escape.ts';
import { bracket, count, counted, share } from './figures.ts';
import { restoredText } from './restored-text.ts';
import type { ReportView } from './view.ts';

/** The first screen of the report: the verdict, why, what it does not count for, and the headline numbers as cards. */
export function answerHtml(view: ReportView, verdict: Verdict): string {
  const { run } = verdict;
  const facts = [
    run.principle === null ? null : `principle ${run.principle}`,
    run.claim === null ? null : `claim ${run.claim}`,
    run.variant === null ? null : `variant ${run.variant}`,
    `runtime ${run.runtime}`,
    `seed ${run.seed}`,
    run.started_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'),
  ].filter((fact) => fact !== null);
  return `<header>
<p class="eyebrow">Faultline · ${esc(run.scenario)}</p>
<h1>${esc(run.title)}</h1>
<p class="facts">${facts.map((fact) => `<span>${esc(fact)}</span>`).join(' ')}</p>
</header>
<section class="answer ${verdict.outcome}" aria-labelledby="answer">
<h2 id="answer"><span class="mark" aria-hidden="true">${MARKS[verdict.outcome]}</span>${verdict.outcome.toUpperCase()}</h2>
<p class="because">${esc(verdict.because)}</p>
<p class="codes"><code>${esc(verdict.reason)}</code> exit code ${verdict.exit_code}</p>
</section>
${banners(view, verdict)}
${cards(view, verdict)}`;
}

/** One sign per outcome, so that none is known by its colour alone. */
export const MARKS = { pass: '✓', fail: '✕', inconclusive: '?' } as const;

const MOST_DEFECTS = 20;

function banners(view: ReportView, verdict: Verdict): string {
  const parts: string[] = [];
  const { left_behind = [] } = view.environment;
  if (left_behind.length > 0)
    parts.push(
      `<aside class="banner alert"><p><strong>A person is needed.</strong> This could not be healed or removed:</p><ul>${left_behind.map((what) => `<li>${esc(what)}</li>`).join('')}</ul><p><code>faultline heal</code> tries again.</p></aside>`,
    );
  if (view.defects.length > 0)
    parts.push(
      `<aside class="banner alert"><p><strong>The recording itself is damaged,</strong> so nothing in it may pass:</p><ul>${view.defects
        .slice(0, MOST_DEFECTS)
        .map((d) => `<li>${esc(d.detail)} <code>${esc(d.reason)}</code></li>`)
        .join('')}</ul></aside>`,
    );
  if (verdict.run.demonstration)
    parts.push(
      '<aside class="banner demo"><p><strong>Demonstration.</strong> This run counts towards no principle: it shows how the harness works, not how reliable an infrastructure is.</p></aside>',
    );
  const { sabotage, system } = view.plan;
  if (system.reference !== undefined)
    parts.push(
      `<aside class="banner demo"><p><strong>Reference implementation.</strong> What makes this system recover is ${esc(system.reference)}, written for this catalogue: the figures are those of the reference, not of a product.</p></aside>`,
    );
  if (sabotage !== null) {
    const named = verdict.objectives.find((o) => o.name === sabotage.objective);
    const asNamed = named?.outcome === 'fail' && named.reason === sabotage.reason;
    parts.push(`<aside class="banner sabotage"><p><strong>Sabotaged on purpose: ${esc(sabotage.name)}.</strong> ${esc(sabotage.title)}. This change was planted in the system; no judge knew of it.</p>
<pre class="diff" tabindex="0" aria-label="The planted change">${planted(view).join('\n')}</pre>
<p>It should break <code>${esc(sabotage.objective)}</code> for the reason <code>${esc(sabotage.reason)}</code>, and it ${
      asNamed
        ? 'did'
        : `did <strong>not</strong>: ${named === undefined ? 'that objective was not judged' : `that objective came to ${esc(named.outcome)} (${esc(named.reason)})`}`
    }.</p></aside>`);
  } else if (verdict.run.sabotage !== null)
    parts.push(
      `<aside class="banner sabotage"><p><strong>Sabotaged on purpose: ${esc(verdict.run.sabotage)}.</strong> What was changed is not in this plan.</p></aside>`,
    );
  return parts.join('\n');
}

/** The change line by line: `+` what was planted, `−` what the plan's system says where that is something else. */
function planted(view: ReportView): string[] {
  const services = view.plan.sabotage?.change.services ?? {};
  return Object.entries(services).flatMap(([name, part]) => {
    const healthy = Object.entries(view.plan.system.services).find(([other]) =>
      name.endsWith('*') ? other.startsWith(name.slice(0, -1)) : other === name,
    );
    const lines = leaves(part).map(([path, value]) => {
      const before = at(healthy?.[1], path);
      const key = esc(path.join('.'));
      const gone =
        before === undefined || JSON.stringify(before) === JSON.stringify(value) ? '' : `<del>− ${key}: ${shown(before)}</del>\n`;
      return `${gone}<ins>+ ${key}: ${shown(value)}</ins>`;
    });
    return [`<b>${esc(name)}</b>`, ...lines];
  });
}

function shown(value: unknown): string {
  return esc(
    Array.isArray(value)
      ? value.map((word) => String(word)).join(' ')
      : typeof value === 'string' && value !== ''
        ? value
        : JSON.stringify(value),
  );
}

function leaves(value: unknown, path: readonly string[] = []): [readonly string[], unknown][] {
  if (value === undefined) return [];
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === 'object' ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}

function cards(view: ReportView, verdict: Verdict): string {
  const shown = verdict.objectives.filter((o) => LABELS[o.kind] !== undefined);
  if (shown.length === 0) return '<p class="empty">No objective was judged: there is nothing to promise or to break.</p>';
  return `<ul class="cards">${shown.map((o) => `<li class="card ${o.outcome}">${card(view, o)}</li>`).join('\n')}</ul>`;
}

function card(view: ReportView, o: ObjectiveVerdict): string {
  const { big, small, bar } = figures(view, o);
  return `<h3>${LABELS[o.kind] ?? esc(o.kind)}${o.kind === 'restore' ? `: ${esc(o.name)}` : ''} <span class="chip ${o.outcome}">${MARKS[o.outcome]} ${o.outcome}</span></h3>
<p class="big">${big}</p>
${bar}
<p class="small">${small}</p>
<p class="promise">objective ${esc(o.objective)} · ${esc(o.name)}</p>`;
}

const LABELS: Readonly<Record<string, string>> = {
  rto: 'Recovery time',
  rpo: 'Acknowledged writes lost',
  availability: 'Good answers',
  steady: 'Service as before',
  latency: 'Slower while it lasted',
  gauge: 'A figure of its own',
  restore: 'Way back',
};

function figures(view: ReportView, o: ObjectiveVerdict): { big: string; small: string; bar: string } {
  const m = o.measured;
  if (m === null) return { big: '<span class="unmeasured">not measured</span>', small: esc(o.because), bar: '' };
  if (m.kind === 'rto') {
    const promised = view.plan.objectives.find((p) => p.name === o.name);
    const within_s = promised?.kind === 'rto' ? promised.within_s : null;
    const finding = m.finding === undefined ? '' : ` · <strong>finding: ${esc(m.finding)}</strong>`;
    const predicted = `${m.predicted_s === null ? '' : ` · predicted ${bracket(...m.predicted_s)} s`}${finding}`;
    const how = m.censored
      ? 'did not recover while we looked'
      : m.recovers === 'unaided'
        ? 'recovered unaided'
        : 'recovered after the heal';
    return {
      big: `${esc(bracket(m.lower_s, m.upper_s))} <span class="unit">s</span>`,
      small: `${m.recovers === 'unaided' && o.reason === 'rto.only_by_heal' ? 'recovered only by the heal' : how}${predicted} · worst: ${esc(m.journey)}`,
      bar: rtoBar(o, m.lower_s, m.upper_s, within_s, m.predicted_s),
    };
  }
  if (m.kind === 'rpo') {
    const gone = lostWrites(m);
    const parts = [
      m.altered > 0 ? `${count(m.altered)} of these altered` : null,
      m.seconds === null ? null : `spanning ${m.seconds.toFixed(2)} s`,
      counted(m.indeterminate, 'indeterminate write'),
      m.stores.length > 0 ? `read from ${m.stores.map((s) => s.store).join(', ')}` : 'no store was read',
    ].filter((part) => part !== null);
    return {
      big: `${count(gone)} <span class="unit">of ${count(m.acknowledged)}</span>`,
      small: esc(parts.join(' · ')),
      bar: shareBar(
        `${counted(gone, 'write')} of ${count(m.acknowledged)} lost or altered`,
        m.acknowledged === 0 ? 0 : gone / m.acknowledged,
      ),
    };
  }
  if (m.kind === 'steady') {
    const parts = [
      m.goodput === null ? '' : `answers ×${m.goodput.seen.toFixed(2)}`,
      m.latency_p95 === null ? '' : `p95 ×${m.latency_p95.seen.toFixed(2)}`,
      `${m.stream}, ${count(m.windows.before)} windows before, ${count(m.windows.after)} after`,
    ];
    const change = (m.good_change?.seen ?? 0) * 100;
    const big =
      m.good_change === null
        ? `×${(m.goodput?.seen ?? 0).toFixed(2)}`
        : `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(2)} <span class="unit">% good</span>`;
    return { big, small: esc(parts.filter((part) => part !== '').join(' · ')), bar: '' };
  }
  if (m.kind === 'latency') {
    const { p95_times: times, before_ms, during_ms, windows } = m;
    const ms = (value: number | null) => (value === null ? '–' : value.toFixed(1));
    return {
      big: times === null ? '–' : `×${times.at_least.toFixed(2)}–${times.at_most.toFixed(2)}`,
      small: esc(
        `p95 ${ms(before_ms)} ms before, ${ms(during_ms)} ms during · ${m.stream}, ${windows.before} windows before, ${windows.during} during`,
      ),
      bar: '',
    };
  }
  if (m.kind === 'gauge')
    return {
      big: `${count(m.least)}–${count(m.most)}`,
      small: esc(
        `${counted(m.samples, 'figure')}, the last ${count(m.last)}${m.before === null ? '' : ` · ${count(m.before[0])} to ${count(m.before[1])} before`}${m.unanswered > 0 ? ` · ${counted(m.unanswered, 'question')} without one` : ''}`,
      ),
      bar: '',
    };
  if (m.kind === 'restore')
    return {
      big:
        m.rto_s === null || m.rto_s[1] === null
          ? m.expected === 'helps'
            ? 'nobody let in'
            : 'no help'
          : `${esc(bracket(...m.rto_s))} <span class="unit">s</span>`,
      small: esc(`${m.store}: ${restoredText(m)}`),
      bar: '',
    };
  const promised = view.plan.objectives.find((p) => p.name === o.name);
  return {
    big: esc(share(m.lower, m.upper)).replace(/\u00a0%$/, ' <span class="unit">%</span>'),
    small: `${count(m.good)} of ${counted(m.scheduled, 'operation')}${m.unknown > 0 ? `, ${count(m.unknown)} unknown` : ''}${
      (m.stale ?? 0) > 0 ? `, ${count(m.stale ?? 0)} good but stale` : ''
    }${m.worst_10s === null ? '' : ` · worst 10 s: ${esc(share(m.worst_10s, m.worst_10s))}`}`,
    bar: availabilityBar(o.name, m.lower, m.upper, promised?.kind === 'availability' ? promised.at_least : null),
  };
}

/** From the effect to the end of the outage against the objective (the notch) and the prediction (the line below). */
function rtoBar(
  { name }: ObjectiveVerdict,
  lower: number,
  upper: number | null,
  within: number | null,
  predicted: readonly [number, number] | null,
): string {
  const most = Math.max(upper ?? lower * 1.15, within ?? 0, predicted?.[1] ?? 0) * 1.08 || 1;
  const x = (s: number) => Math.round((Math.min(s, most) / most) * 3000) / 10;
  const words = [
    `recovery took ${bracket(lower, upper)} s`,
    within === null ? null : `objective ${within} s`,
    predicted === null ? null : `predicted ${bracket(...predicted)} s`,
  ].filter((word) => word !== null);
  return `<svg class="bar" role="img" viewBox="0 0 300 26" preserveAspectRatio="none" aria-label="${esc(`${name}: ${words.join(', ')}`)}">
<rect class="none" x="0" y="6" width="300" height="8"/>
<rect class="got pale" x="0" y="6" width="${x(upper ?? most)}" height="8"/>
<rect class="got" x="0" y="6" width="${x(lower)}" height="8"/>
<rect class="got" x="${Math.max(0, x(lower) - 0.5)}" y="3" width="${Math.max(1.5, x(upper ?? lower) - x(lower))}" height="14"/>
${within === null ? '' : `<rect class="ink" x="${x(within) - 1}" y="1" width="2" height="18"/>`}
${predicted === null ? '' : `<rect class="predicted" x="${x(predicted[0])}" y="21" width="${Math.max(2, x(predicted[1]) - x(predicted[0]))}" height="3"/>`}
</svg>
<p class="key" aria-hidden="true"><span class="k-got">measured</span>${within === null ? '' : '<span class="k-objective">objective</span>'}${
    predicted === null ? '' : '<span class="k-predicted">predicted</span>'
  }</p>`;
}

function shareBar(words: string, ratio: number): string {
  const width = ratio === 0 ? 0 : Math.max(2, Math.round(ratio * 3000) / 10);
  return `<svg class="bar" role="img" viewBox="0 0 300 26" preserveAspectRatio="none" aria-label="${esc(words)}">
<rect class="good" x="0" y="6" width="300" height="8"/><rect class="bad" x="0" y="6" width="${width}" height="8"/>
</svg>
<p class="key" aria-hidden="true"><span class="k-good">found again</span>${ratio > 0 ? '<span class="k-bad">lost</span>' : ''}</p>`;
}

function availabilityBar(name: string, lower: number, upper: number, at_least: number | null): string {
  const x = (ratio: number) => Math.round(ratio * 3000) / 10;
  const words = `${name}: ${share(lower, upper)} good${at_least === null ? '' : `, objective ${share(at_least, at_least)}`}`;
  return `<svg class="bar" role="img" viewBox="0 0 300 26" preserveAspectRatio="none" aria-label="${esc(words)}">
<rect class="bad" x="0" y="6" width="300" height="8"/><rect class="unknown" x="0" y="6" width="${x(upper)}" height="8"/><rect class="good" x="0" y="6" width="${x(lower)}" height="8"/>
${at_least === null ? '' : `<rect class="ink" x="${Math.min(298, x(at_least) - 1)}" y="1" width="2" height="18"/>`}
</svg>
<p class="key" aria-hidden="true"><span class="k-good">good</span><span class="k-bad">not good</span>${at_least === null ? '' : '<span class="k-objective">objective</span>'}</p>`;
}
