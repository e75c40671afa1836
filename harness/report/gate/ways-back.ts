import type { ClaimStanding } from '../../gate/standing.ts';
import type { WayBack } from '../../model/evidence.ts';
import { MARKS } from '../answer-html.ts';
import { escapeMarkup as esc } from '../escape.ts';
import { bracket, count, counted } from '../figures.ts';
import { table, text } from '../markdown-text.ts';

/** What the runs of this code showed of one way back from one cause: the worst of them, and how many there were. */
interface Cell {
  readonly worst: WayBack;
  readonly runs: number;
}

/** One cause of data loss, with what was shown of each way back. */
interface Row {
  readonly claim: ClaimStanding['claim'];
  readonly cells: ReadonlyMap<string, Cell>;
}

export const WAYS_BACK_STYLE = `
.ways td{vertical-align:top;min-width:9em}.ways .pass{background:var(--good-soft)}.ways .fail{background:var(--bad-soft)}.ways .inconclusive{background:var(--open-soft)}.ways .no{background:var(--soft)}
.ways b{font-weight:620;display:block}.ways span{display:block;font-size:12.5px}
`;

/** The table of causes and ways back, from the healthy runs that claims stand on; empty where no claim is about ways back. A row has several ways, side by side: what goes one way alone stands with its claim. */
export function waysBackOf(claims: readonly ClaimStanding[]): readonly Row[] {
  return claims.flatMap(({ claim, variants }) => {
    const shown = variants.flatMap(({ runs }) => runs.flatMap(({ ways_back }) => ways_back ?? []));
    const names = [...new Set(shown.map(({ name }) => name))];
    if (names.length < 2) return [];
    return [{ claim, cells: new Map(names.map((name) => [name, cellOf(shown.filter((way) => way.name === name))])) }];
  });
}

/** The worst of the runs, whole: what failed before what is open, then who was let in last, unknown and never as the last of all. */
function cellOf(shown: readonly WayBack[]): Cell {
  const rank = { fail: 2, inconclusive: 1, pass: 0 } as const;
  const worst = [...shown].sort((a, b) => rank[b.outcome] - rank[a.outcome] || upperOf(b) - upperOf(a))[0] as WayBack;
  return { worst, runs: shown.length };
}

function upperOf({ rto_s }: WayBack): number {
  return rto_s?.[1] ?? Number.MAX_VALUE;
}

/** The columns: every way back that is anywhere, in the order in which they come. */
function columnsOf(rows: readonly Row[]): readonly string[] {
  return [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
}

/** What a cell says: its heading, and what stands below. */
function wordsOf({ worst, runs }: Cell): readonly [string, string] {
  const { expected, outcome, rto_s, reaches_back_s, lost_before, lost_after, damage_left, unread } = worst;
  const of = `${counted(runs, 'run')}`;
  if (expected === 'nothing')
    return outcome === 'pass'
      ? ['does not help', `nobody was let in, as expected · ${of}`]
      : ['expected: does not help', `${outcome} · ${of}`];
  if (expected === 'damage')
    return outcome === 'pass'
      ? [
          'does not help',
          `${damage_left > 0 ? `${count(damage_left)} damaged there, too` : 'nothing of before is left there'}, as expected · ${of}`,
        ]
      : ['expected: damaged, too', `${outcome} · ${of}`];
  const time = `RTO ${rto_s === null ? 'unknown' : `${bracket(...rto_s)} s`}`;
  if (unread !== null) return [time, `nothing read back · ${of}`];
  const [lower, upper] = reaches_back_s ?? [0, 0];
  return [
    time,
    `RPO ${bracket(lower, upper)} s · lost ${count(lost_before)} before, ${count(lost_after)} after${damage_left > 0 ? ` · ${count(damage_left)} damaged` : ''} · ${of}`,
  ];
}

/** The table as a picture: causes down, ways back across, each cell coloured by whether it came out as the table expects. */
export function waysBackHtml(claims: readonly ClaimStanding[]): string {
  const rows = waysBackOf(claims);
  if (rows.length === 0) return '';
  const columns = columnsOf(rows);
  const cell = (name: string, found: Cell | undefined) => {
    if (found === undefined) return `<td data-l="${esc(name)}"><span class="cell">–</span></td>`;
    const [head, below] = wordsOf(found);
    const { outcome, expected } = found.worst;
    const tone = outcome === 'pass' && expected !== 'helps' ? 'no' : outcome;
    return `<td data-l="${esc(name)}" class="${tone}"><span class="cell"><b>${MARKS[outcome]} ${esc(head)}</b><span>${esc(below)}</span></span></td>`;
  };
  return `<section aria-labelledby="ways">
<h2 id="ways">Causes of data loss, and the ways back</h2>
<p class="more">Each cell: the worst of the runs on this code, against what the table expects of it. Green: it helps, as promised; grey: it does not help, as expected. RPO: how far before the disaster the state lies; lost writes before it, and those acknowledged after it, which going back costs.</p>
<div class="scroll"><table class="ways"><thead><tr><th>cause</th>${columns.map((name) => `<th>${esc(name)}</th>`).join('')}</tr></thead><tbody>
${rows.map(({ claim, cells }) => `<tr><th><a href="#claim-${esc(claim.id)}">${esc(claim.id)}</a> ${esc(claim.title)}</th>${columns.map((name) => cell(name, cells.get(name))).join('')}</tr>`).join('\n')}
</tbody></table></div>
</section>`;
}

/** The same for Markdown; empty where no claim is about ways back. */
export function waysBackMarkdown(claims: readonly ClaimStanding[]): string {
  const rows = waysBackOf(claims);
  if (rows.length === 0) return '';
  const columns = columnsOf(rows);
  return table(
    ['cause', ...columns.map(text)],
    rows.map(({ claim, cells }) => [
      `${claim.id} ${text(claim.title)}`,
      ...columns.map((name) => {
        const found = cells.get(name);
        return found === undefined ? '–' : `${MARKS[found.worst.outcome]} ${text(wordsOf(found).join('; '))}`;
      }),
    ]),
  );
}
