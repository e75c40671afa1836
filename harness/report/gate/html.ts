import { countsOf, principlesText } from '../../gate/answer.ts';
import { type ClaimStanding, notAwaited, referenceOf, type VariantStanding } from '../../gate/standing.ts';
import { nameOf, type RunEvidence } from '../../model/evidence.ts';
import type { GateStep } from '../../model/gate.ts';
import type { TrendPoint } from '../../model/trend.ts';
import { escapeMarkup as esc } from '../escape.ts';
import { bracket, count, counted } from '../figures.ts';
import { LEGEND } from '../html.ts';
import { page } from '../page.ts';
import { brief } from './brief.ts';
import { coverageHtml, coverageOf } from './coverage-html.ts';
import { COUNTED, type GateInput, knownOf, type PrincipleView, principlesOf, replayOf, TONES, toneOf, wordOf } from './input.ts';
import type { PlayedRuns } from './played-runs.ts';
import { type Met, type Promised, worstOf } from './promise.ts';
import { trendStrip } from './trend-svg.ts';
import { twinsHtml } from './twins-html.ts';
import { WAYS_BACK_STYLE, waysBackHtml } from './ways-back.ts';

const MARKS = { pass: '✓', fail: '✕', inconclusive: '?', none: '–' } as const;
const ANSWERS: Readonly<Record<number, readonly [string, 'pass' | 'fail' | 'inconclusive']>> = {
  0: ['GO', 'pass'],
  1: ['STOP', 'fail'],
  4: ['A PERSON IS NEEDED', 'fail'],
};
/** Runs of one variant that are listed one by one. */
const MOST_RUNS = 12;
/** Rows of what was played, and of what was not. */
const MOST_ROWS = 1000;
const MET: Readonly<Record<Met, 'pass' | 'fail' | 'inconclusive'>> = { met: 'pass', 'not met': 'fail', undecided: 'inconclusive' };

/** Of so many runs, what is not on the screen is laid out when it gets there: two hundred timelines open as fast as ten. */
const MANY = 40;
const MANY_STYLE = `
.claim{content-visibility:auto;contain-intrinsic-size:auto 300px}
@media print{.claim{content-visibility:visible}}
`;
const GATE_STYLE = `
.principles{list-style:none;padding:0;margin-top:18px;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:12px}
.principle{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px 12px;min-width:0;display:flex;flex-direction:column;gap:6px}
.principle h3{margin:0;font-size:14.5px;display:flex;gap:8px;align-items:baseline}
.principle h3 .n{color:var(--muted);font-weight:500;min-width:1.4em}
.principle p{font-size:12.5px;color:var(--muted);max-width:none}
.principle a{color:inherit}
.dots{display:flex;flex-wrap:wrap;gap:4px;list-style:none;padding:0}
.dots li{width:22px;height:22px;border-radius:6px;display:grid;place-items:center;font-size:12px;font-weight:700;background:var(--soft);color:var(--muted)}
.dots .pass{background:var(--good-soft);color:var(--good)}.dots .fail{background:var(--bad-soft);color:var(--bad)}.dots .inconclusive{background:var(--open-soft);color:var(--open)}
.claim{border-top:1px solid var(--line);padding:14px 0 6px}
.claim h3{margin:0;font-size:14.5px;font-weight:600;display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline}
.claim p{font-size:13.5px;margin-top:4px}
.claim .variant{margin:8px 0 0 0;font-size:13px}
.counts{display:flex;flex-wrap:wrap;gap:6px 22px;list-style:none;padding:0;margin-top:16px;font-size:14px}
.counts b{font-size:19px;font-weight:650;margin-right:4px}
.figures{list-style:none;padding:0;font-size:12.5px;display:flex;flex-wrap:wrap;gap:3px 18px}
.figures li{min-width:0;overflow-wrap:anywhere}.figures b{font-weight:620}.figures span{white-space:nowrap}.figures .of{white-space:normal}
.principle .figures{flex-direction:column}
.claim .figures{font-size:13.5px;margin:6px 0 10px}
.seen{margin:14px 0;padding:0 0 12px 14px;border-left:3px solid var(--line)}
.seen h4{margin:26px 0 4px;font-size:13.5px;font-weight:620}.seen .logs{margin-top:16px;font-weight:620}
.twins{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:0 14px}.twins>div{min-width:0}.column{max-width:560px}
.handlers{padding-left:18px;font-size:13px;columns:2 380px}
.strip{display:inline-block;vertical-align:middle;margin-left:8px}
`;

/**
 * The gate's report as one HTML file: nothing is loaded, nothing is executed. First the answer, then the thirteen principles, then every claim that anything is known of. `runs`: what is shown of those that it played, and which of them
 * may be linked to.
 */
export function gateHtml(input: GateInput, runs: PlayedRuns = new Map()): string {
  const { claims, record, code, line } = input;
  const [word, tone] = ANSWERS[code] ?? (code === 130 ? ['INTERRUPTED', 'inconclusive'] : ['NOT KNOWN', 'inconclusive']);
  const counts = countsOf(claims);
  const principles = principlesOf(claims);
  const facts = [
    `profile ${record.profile}`,
    record.changed_since === null ? null : `changed since ${record.changed_since}`,
    record.principles === undefined ? null : `only ${principlesText(record.principles)}`,
    record.shard.of === 1 ? null : `shard ${record.shard.n} of ${record.shard.of}`,
    `commit ${record.commit.slice(0, 12)}${record.commit.includes('uncommitted') ? ' with uncommitted changes' : ''}`,
    record.at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'),
  ].filter((fact) => fact !== null);
  const known = knownOf(claims);
  return page({
    title: `${word} · Faultline gate · ${record.at.slice(0, 10)}`,
    style: `${GATE_STYLE}${WAYS_BACK_STYLE}${runs.size > MANY ? MANY_STYLE : ''}`,
    skip: 'To the answer',
    main: `<header>
<p class="eyebrow">Faultline · gate</p>
<h1>Which of the thirteen principles hold for this build, how we know, and what nobody has looked at</h1>
<p class="facts">${facts.map((fact) => `<span>${esc(fact)}</span>`).join(' ')}</p>
</header>
<section class="answer ${tone}" aria-labelledby="answer">
<h2 id="answer"><span class="mark" aria-hidden="true">${MARKS[tone]}</span>${word}</h2>
<p class="because">${brief(line, 2000)}</p>
</section>
<ul class="counts" aria-label="How many claims stand how">${COUNTED.map((each) => `<li><b>${counts[each]}</b>${each}</li>`).join(
      '',
    )}<li><b>${claims.length}</b>claims in all</li></ul>
<section aria-labelledby="principles">
<h2 id="principles">The thirteen principles</h2>
<ul class="principles">
${principles.map((each) => principleCard(each, input)).join('\n')}
</ul>
<p class="more">✓ proven or held · ✕ failed · ? came to nothing, or waived · – not verified. <em>Proven</em>: it held, and each of its sabotaged twins failed as named, as often as the policy wants, on this code.</p>
</section>
${waysBackHtml(claims)}
<section aria-labelledby="claims">
<h2 id="claims">The claims that anything is known of, worst first</h2>
${known.length === 0 ? '<p class="empty">Nothing is known of any claim.</p>' : known.map((each) => claimHtml(each, input, runs)).join('\n')}
${[...runs.values()].some(({ shown }) => shown !== null && 'picture' in shown) ? `<details><summary>How to read the timelines</summary>${LEGEND}</details>` : ''}
</section>
<section aria-labelledby="unseen">
<h2 id="unseen">What nobody has looked at</h2>
${unseen(principles)}
</section>
<section aria-labelledby="reached">
<h2 id="reached">What of the services was reached, and what to test next</h2>
${coverageHtml(input)}
</section>
<section aria-labelledby="played">
<h2 id="played">What was played, and what was not</h2>
${played(input, runs)}
</section>`,
    footer:
      'Each number carries its bounds. What was shown on other code, or too long ago, is not verified; what has no scenario is not verified either. Of the same build, a failure is never played until it is green.',
  });
}

function principleCard({ n, name, claims, good }: PrincipleView, { coverage }: GateInput): string {
  const reached = coverageOf(coverage.principles, n);
  return `<li class="principle"><h3><span class="n">${n}</span>${esc(name)}</h3>
<ul class="dots" aria-label="Claims of ${esc(name)}">${claims
    .map(
      (each) =>
        `<li class="${toneOf(each)}" title="${esc(`${each.claim.id} ${each.claim.title}: ${wordOf(each)}`)}"><span aria-hidden="true">${MARKS[toneOf(each)]}</span><span class="skip">${esc(`${each.claim.id} ${wordOf(each)}`)}</span></li>`,
    )
    .join('')}</ul>
<p>${good} of ${claims.length} claims hold</p>${figuresHtml(worstOf(claims), true)}${reached === '' ? '' : `<p>reached: ${esc(reached)}</p>`}</li>`;
}

/** Each figure beside what it was promised to keep. */
function figuresHtml(figures: readonly Promised[], named: boolean): string {
  if (figures.length === 0) return '';
  return `<ul class="figures" aria-label="Worst measured">${figures
    .map(
      ({ kind, figure, promised, met, of }) =>
        `<li><span class="muted">worst ${kind}</span> <b>${esc(figure)}</b>${promised === null || met === null ? '' : ` <span class="muted">${esc(promised)}</span> <span class="chip ${MET[met]}">${MARKS[MET[met]]} ${met}</span>`}${named ? ` <span class="muted of">${esc(of)}</span>` : ''}</li>`,
    )
    .join('')}</ul>`;
}

function claimHtml(each: ClaimStanding, input: GateInput, runs: PlayedRuns): string {
  const { claim, why, owner, waiver, variants } = each;
  const notes = [
    owner === null ? null : `owner: ${owner}`,
    notAwaited(each),
    referenceOf(each),
    waiver === null
      ? null
      : `${waiver.expired ? 'its waiver ended' : 'waived until'} ${waiver.expires} (${waiver.owner}): ${waiver.reason}`,
  ].filter((note) => note !== null);
  return `<article class="claim" id="claim-${esc(claim.id)}">
<h3><span class="chip ${toneOf(each)}">${esc(wordOf(each))}</span> <span>${esc(claim.id)} ${esc(claim.title)}</span></h3>
<p>${brief(why)}</p>
${figuresHtml(worstOf([each]), variants.length > 1)}
${notes.length === 0 ? '' : `<p class="muted">${notes.map((note) => brief(note)).join(' · ')}</p>`}
${variants.map((variant) => variantHtml(variant, input, runs)).join('\n')}
</article>`;
}

function variantHtml(variant: VariantStanding, { trends, record }: GateInput, played: PlayedRuns): string {
  const { facts, standing, why, runs } = variant;
  const name = nameOf(facts.scenario, facts.variant);
  const now = new Set(record.runs.map(({ run }) => run.id));
  const open = standing === 'failed' || standing === 'inconclusive';
  const listed = (twin: string, run: RunEvidence) => row(twin, run, now.has(run.id), linkTo(played, run.id, run.headline));
  const twins = facts.evidence?.digest === facts.digest ? facts.evidence.twins.filter(({ sabotage }) => sabotage !== null) : [];
  const rows = runs.slice(-MOST_RUNS).map((run) => listed('the system as it is', run));
  const weak = twins.flatMap(({ sabotage, runs: own }) => own.slice(-3).map((run) => listed(`sabotaged: ${sabotage}`, run)));
  const promised = Object.entries(facts.evidence?.objectives ?? {}).map(([objective, text]) => `${objective} ${text}`);
  return `<details${open ? ' open' : ''}><summary><code>${esc(name)}</code> <span class="chip ${TONES[standing]}">${standing}</span></summary>
<p class="variant">${brief(why)}</p>
${promised.length === 0 ? '' : `<p class="variant muted">promised: ${promised.map((each) => brief(each)).join(' · ')}</p>`}
${trendStrip(
  joined(
    (trends.get(name) ?? []).filter(({ runtime }) => runtime === facts.runtime),
    runs,
  ),
)}
${
  rows.length + weak.length === 0
    ? ''
    : `<div class="scroll"><table><thead><tr><th>twin</th><th>came to</th><th class="n">RTO</th><th class="n">lost writes</th><th>when</th></tr></thead><tbody>
${[...rows, ...weak].join('\n')}
</tbody></table></div>`
}
${twinsHtml(facts, played, open)}
<pre class="replay" tabindex="0" aria-label="The command that plays it again"><code>${esc(replayOf(variant))}</code></pre>
</details>`;
}

/** Runs over many builds, and those that no trend has yet. */
function joined(trend: readonly TrendPoint[], runs: readonly RunEvidence[]): readonly (TrendPoint | RunEvidence)[] {
  const others = runs.filter(({ id, outcome }) => outcome !== 'inconclusive' && trend.every((point) => point.id !== id));
  return [...trend, ...others].sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Words that lead to a run's own report, where it lies beside this page. */
function linkTo(runs: PlayedRuns, id: string, text: string): string {
  return runs.get(id)?.reported === true ? `<a href="../${esc(id)}/report.html">${brief(text)}</a>` : brief(text);
}

function row(twin: string, run: RunEvidence, now: boolean, name: string): string {
  const cell = (label: string, text: string, more = '') => `<td data-l="${label}"${more}><span class="cell">${text}</span></td>`;
  return `<tr>${cell('twin', esc(twin))}${cell('came to', `${run.as_wanted ? '✓' : run.outcome === 'inconclusive' ? '?' : '✕'} ${name}`)}${cell(
    'RTO',
    run.rto_s === null ? '–' : `${bracket(...run.rto_s)} s`,
    ' class="n"',
  )}${cell('lost', run.rpo === null ? '–' : `${count(run.rpo.lost)} of ${counted(run.rpo.acknowledged, 'write')}`, ' class="n"')}${cell('when', `${run.at.slice(0, 16).replace('T', ' ')}${now ? ' (this gate)' : ''}`)}</tr>`;
}

function unseen(principles: readonly PrincipleView[]): string {
  const rows = principles.flatMap(({ n, name, claims }) => {
    const own = claims.filter(({ variants, waiver }) => variants.length === 0 && waiver === null);
    return own.length === 0
      ? []
      : [
          `<tr><th>${n} ${esc(name)}</th><td><span class="cell">${own.map(({ claim }) => `${esc(claim.id)} ${esc(claim.title)}`).join('<br>')}</span></td></tr>`,
        ];
  });
  return rows.length === 0
    ? '<p class="empty">Every claim has a scenario.</p>'
    : `<div class="scroll"><table class="few"><thead><tr><th>principle</th><th>claims without a scenario</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function played({ record }: GateInput, shown: PlayedRuns): string {
  const twin = ({ scenario, variant }: GateStep) => nameOf(scenario, variant);
  const runs = record.runs
    .slice(0, MOST_ROWS)
    .map(
      ({ step, run }) =>
        `<tr><td data-l="played"><span class="cell"><code>${linkTo(shown, run.id, twin(step))}</code>${step.sabotage === null ? '' : ` with ${esc(step.sabotage)}`}${step.claim === null ? ' (a demonstration)' : ''}</span></td><td data-l="because"><span class="cell">${brief(step.why)}</span></td><td data-l="came to"><span class="cell">${brief(run.headline)}</span></td><td class="n" data-l="took"><span class="cell">${Math.round(run.took_s)} s</span></td></tr>`,
    );
  const left = record.left
    .slice(0, MOST_ROWS)
    .map(
      ({ name, why }) =>
        `<tr><td data-l="not played"><span class="cell"><code>${esc(name)}</code></span></td><td data-l="because"><span class="cell">${brief(why)}</span></td></tr>`,
    );
  const more = record.runs.length + record.left.length - runs.length - left.length;
  return `${
    runs.length === 0
      ? '<p class="empty">Nothing was played: every claim stands as its evidence says.</p>'
      : `<div class="scroll"><table><thead><tr><th>played</th><th>because</th><th>came to</th><th class="n">took</th></tr></thead><tbody>${runs.join('\n')}</tbody></table></div>`
  }
${left.length === 0 ? '' : `<div class="scroll"><table class="few"><thead><tr><th>not played</th><th>because</th></tr></thead><tbody>${left.join('\n')}</tbody></table></div>`}${more === 0 ? '' : `<p class="more">and ${more} more: see gate.json</p>`}`;
}
