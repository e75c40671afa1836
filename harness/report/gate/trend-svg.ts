import type { RunEvidence } from '../../model/evidence.ts';
import type { TrendPoint } from '../../model/trend.ts';

const MOST_RUNS = 40;
const [STEP, WIDTH, HEIGHT] = [9, 6, 46];

type Point = Pick<RunEvidence, 'rto_s' | 'rpo'> & Partial<Pick<TrendPoint, 'promised' | 'commit'>>;

/**
 * What a manager sees over time: each run's recovery time as a bar from its lower to its upper bound, oldest first, with the promise as a line across; one that never came back fills the whole height. Beside it how many of the
 * runs lost writes. Empty with fewer than two runs that measured an RTO.
 */
export function trendStrip(points: readonly Point[]): string {
  const all = points.filter(({ rto_s }) => rto_s !== null).slice(-MOST_RUNS);
  if (all.length < 2) return '';
  const promised = all.findLast((point) => point.promised !== undefined)?.promised?.rto_s ?? null;
  const most = Math.max(...all.map(({ rto_s }) => rto_s?.[1] ?? rto_s?.[0] ?? 0), promised ?? 0) || 1;
  const y = (s: number) => HEIGHT - 2 - (s / most) * (HEIGHT - 4);
  const bars = all.map(({ rto_s }, i) => {
    const [lower, upper] = rto_s ?? [0, 0];
    const [top, bottom] = upper === null ? [2, HEIGHT - 2] : [y(upper), y(lower)];
    return `<rect x="${i * STEP + 1}" y="${top.toFixed(1)}" width="${WIDTH}" height="${Math.max(2, bottom - top).toFixed(1)}" class="${upper === null ? 'bad' : 'ink'}"/>`;
  });
  const width = all.length * STEP;
  const line =
    promised === null
      ? ''
      : `<path d="M0 ${y(promised).toFixed(1)}H${width}" class="objective" stroke-dasharray="3 3" stroke="currentColor" fill="none"/>`;
  const builds = new Set(all.flatMap(({ commit }) => commit ?? [])).size;
  const over = `${all.length} runs${builds > 1 ? ` of ${builds} builds` : ''}`;
  const words = `RTO over ${over}, 0 to ${most.toFixed(2)} s${promised === null ? '' : `, promised ${promised} s`}`;
  const svg = `<svg class="strip" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="${words}">${bars.join('')}${line}<rect x="0" y="${HEIGHT - 1}" width="${width}" height="1" class="axis"/></svg>`;
  return `<p class="variant muted">${words} ${svg}${losses(points)}</p>`;
}

function losses(points: readonly Point[]): string {
  const counted = points.flatMap(({ rpo }) => (rpo === null ? [] : [rpo.lost]));
  if (counted.length === 0) return '';
  const lost = counted.filter((each) => each > 0);
  return lost.length === 0
    ? ` · no write lost in any of ${counted.length}`
    : ` · writes lost in ${lost.length} of ${counted.length}, at most ${Math.max(...lost)}`;
}
