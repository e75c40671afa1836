import type { Verdict } from '../model/verdict.ts';
import { escapeMarkup } from './escape.ts';
import { bracket, count, moment } from './figures.ts';
import { type Bucket, coarser, type Frame, type Lane, type Span } from './frame.ts';
import { fitted, placeLabels, widthOf } from './labels.ts';
import type { FaultSpan, ReportView } from './view.ts';

/** How wide a picture is drawn, in its own units (CSS pixels at full size). `narrow` puts names above their lanes. */
export const LAYOUTS = {
  wide: { width: 1080, gutter: 158, narrow: false, font: 12 },
  narrow: { width: 356, gutter: 0, narrow: true, font: 11 },
} as const;
type Layout = (typeof LAYOUTS)[keyof typeof LAYOUTS];

const LATENCY_HEIGHT = 20;
const STRIP_HEIGHT = 12;
/** Latencies are drawn on a logarithmic scale from here to the deadline. */
const LATENCY_FLOOR_S = 0.0005;
const MOST_LANES = 24;
const LABEL_ROWS = 5;
const MOST_FLAGS = 200;

/**
 * The run on one clock as an SVG element: phases, faults, what the cluster said, how long recovery took, and a lane per stream. `id` must be unique in
 * the page; `caption` is read out in place of the picture.
 */
export function timelineSvg(view: ReportView, verdict: Verdict, frame: Frame, layout: Layout, id: string, caption: string): string {
  // Slices of less than 2.5 units would be a blur.
  const drawn = coarser(frame, (layout.width - layout.gutter) / frame.slices < 2.5 ? 4 : 1);
  const canvas = new Canvas(layout, frame, `${id}-h`);
  drawPhases(canvas, view);
  drawFaults(canvas, view);
  drawMoments(canvas, view);
  const markTop = canvas.y;
  drawRecoveries(canvas, view);
  const lanes = drawn.lanes.slice(0, MOST_LANES);
  for (const lane of lanes) drawLane(canvas, lane, verdict);
  if (drawn.writes) drawWrites(canvas, drawn.writes.acked, drawn.writes.lost);
  drawAxis(canvas);
  const marks = marksBehind(canvas, view, markTop);
  const height = Math.ceil(canvas.y);
  return [
    `<svg role="img" aria-labelledby="${id}-t ${id}-d" viewBox="0 0 ${layout.width} ${height}" font-size="${layout.font}">`,
    `<title id="${id}-t">${escapeMarkup(caption)}</title>`,
    `<desc id="${id}-d">${escapeMarkup(spoken(view, verdict, frame))}</desc>`,
    `<defs><pattern id="${id}-h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V6"/></pattern></defs>`,
    marks,
    canvas.out.join(''),
    '</svg>',
  ].join('\n');
}

/** Where drawing goes on, and what has been drawn. */
class Canvas {
  readonly layout: Layout;
  readonly span: Span;
  readonly hatch: string;
  readonly out: string[] = [];
  readonly left: number;
  readonly right: number;
  y = 0;

  constructor(layout: Layout, span: Span, hatch: string) {
    this.layout = layout;
    this.span = span;
    this.hatch = hatch;
    this.left = layout.gutter + (layout.narrow ? 1 : 0);
    this.right = layout.width - (layout.narrow ? 1 : 10);
  }

  /** The place of a moment, held within the picture. */
  x(s: number): number {
    const { from_s, to_s } = this.span;
    const x = this.left + ((s - from_s) / (to_s - from_s)) * (this.right - this.left);
    return Math.min(this.right, Math.max(this.left, x));
  }

  sees(s: number): boolean {
    return s >= this.span.from_s && s <= this.span.to_s;
  }

  rect(cls: string, from: number, to: number, y: number, height: number, least = 0): void {
    const width = Math.max(to - from, least);
    if (width > 0) this.out.push(`<rect class="${cls}" x="${r(from)}" y="${r(y)}" width="${r(width)}" height="${r(height)}"/>`);
  }

  text(cls: string, x: number, y: number, text: string): void {
    this.out.push(`<text class="${cls}" x="${r(x)}" y="${r(y)}">${escapeMarkup(text)}</text>`);
  }

  /** The name of a row: in the gutter, right before its lane; or on a line of its own above it. Returns the top of the row itself. */
  name(name: string, detail: string, middle: number): number {
    const { font, gutter, narrow } = this.layout;
    if (narrow) {
      const shown = fitted(name, font, (this.right - this.left) * 0.62);
      this.out.push(
        `<text class="name" x="${r(this.left)}" y="${r(this.y + font)}">${escapeMarkup(shown)} <tspan class="detail">${escapeMarkup(
          fitted(detail, font, this.right - this.left - widthOf(shown, font) - 14),
        )}</tspan></text>`,
      );
      this.y += font + 5;
      return this.y;
    }
    const at = this.y + middle;
    if (detail === '') this.text('name end', gutter - 12, at + font * 0.35, fitted(name, font, gutter - 16));
    else {
      this.text('name end', gutter - 12, at - 2, fitted(name, font, gutter - 16));
      this.text('detail end', gutter - 12, at + font - 1, fitted(detail, font - 1, gutter - 16));
    }
    return this.y;
  }
}

function drawPhases(canvas: Canvas, view: ReportView): void {
  const height = canvas.layout.font + 6;
  for (const [i, phase] of view.phases.entries()) {
    const [from, to] = [canvas.x(phase.from_s), canvas.x(phase.to_s)];
    if (to - from <= 0) continue;
    canvas.rect(i % 2 === 0 ? 'phase' : 'phase odd', from, to, canvas.y, height);
    const label = fitted(phase.phase, canvas.layout.font, to - from - 8);
    if (label === phase.phase) canvas.text('phasename', from + 5, canvas.y + height - 5.5, label);
  }
  canvas.y += height + 8;
}

function drawFaults(canvas: Canvas, view: ReportView): void {
  for (const fault of view.faults) {
    const wide = !canvas.layout.narrow;
    const detail = fault.target.join(', ') + (fault.amplifier ? `${fault.target.length > 0 ? ' · ' : ''}amplifier` : '');
    const top = canvas.name(fault.name, detail, wide ? 13 : 0);
    const height = 14;
    const y = top + (wide ? 6 : 0);
    const kind = fault.amplifier ? 'amp' : 'fault';
    const end = fault.healed_s?.[1] ?? canvas.span.to_s;
    canvas.rect('track', canvas.left, canvas.right, y + height / 2 - 0.5, 1);
    if (fault.asked_s !== null && fault.asked_s < canvas.span.to_s && end > canvas.span.from_s) drawFault(canvas, fault, kind, y, height);
    canvas.y = y + height + (wide ? 12 : 9);
  }
}

/** Outline: asked for, not known to be there. Pale: within a bracket. Solid: there, and seen. */
function drawFault(canvas: Canvas, fault: FaultSpan, kind: string, y: number, height: number): void {
  const asked = fault.asked_s ?? canvas.span.from_s;
  const last = fault.healed_s?.[1] ?? canvas.span.to_s;
  const healing = fault.healing_s ?? fault.healed_s?.[0] ?? last;
  if (fault.effect_s === null) canvas.rect(`${kind} asked`, canvas.x(asked), canvas.x(last), y + 0.5, height - 1, 3);
  else {
    const [lo, hi] = fault.effect_s;
    canvas.rect(`${kind} pale`, canvas.x(Math.min(asked, lo)), canvas.x(hi), y, height, 1.5);
    canvas.rect(kind, canvas.x(hi), canvas.x(Math.max(hi, healing)), y, height, 2);
    canvas.rect(`${kind} pale`, canvas.x(Math.max(hi, healing)), canvas.x(Math.max(hi, last)), y, height);
  }
  const from = canvas.x(fault.effect_s?.[1] ?? asked);
  const room = canvas.x(fault.effect_s === null ? last : healing) - from;
  const effect = fault.effect_s;
  const text = effect === null ? 'never confirmed' : `took effect ${bracket(effect[0], effect[1])} s`;
  const font = canvas.layout.font - 1;
  const width = widthOf(text, font);
  if (width + 10 <= room) canvas.text(effect === null ? 'small' : `small on ${kind}`, from + 6, y + height - 3.5, text);
  else if (from - width - 8 > canvas.left) canvas.text('small end', canvas.x(asked) - 5, y + height - 3.5, text);
}

function drawMoments(canvas: Canvas, view: ReportView): void {
  const { font, narrow } = canvas.layout;
  const seen = view.moments.filter((m) => canvas.sees(m.at_s));
  const before = view.moments.filter((m) => m.kind === 'cluster' && m.at_s < canvas.span.from_s).at(-1);
  const labels = [...(before ? [{ ...before, at_s: canvas.span.from_s }] : []), ...seen].map((m) => ({
    ...m,
    text: fitted(m.text, font, narrow ? 150 : 220),
  }));
  // The last one first: its flag then stands right of the words below it and crosses none.
  labels.sort((a, b) => b.at_s - a.at_s).splice(MOST_FLAGS);
  if (labels.length === 0) return;
  const placed = placeLabels(
    labels.map((m) => ({ x: canvas.x(m.at_s), width: widthOf(m.text, font) })),
    canvas.left,
    canvas.right,
    LABEL_ROWS,
  );
  const rows = Math.max(0, ...placed.map((p) => (p?.row ?? -1) + 1));
  const height = font + 6;
  if (narrow) canvas.name('events', '', 0);
  else canvas.text('name end', canvas.layout.gutter - 12, canvas.y + font, 'events');
  for (const [i, label] of labels.entries()) {
    const place = placed[i];
    const x = canvas.x(label.at_s);
    const row = place?.row ?? 0;
    canvas.out.push(`<path class="flag ${label.kind}" d="M${r(x)} ${r(canvas.y)}V${r(canvas.y + row * height + height - 2)}"/>`);
    if (place) canvas.text(`small ${label.kind}${place.end ? ' end' : ''}`, place.x, canvas.y + row * height + font - 0.5, label.text);
  }
  canvas.y += Math.max(1, rows) * height + 6;
}

function drawRecoveries(canvas: Canvas, view: ReportView): void {
  const { font, narrow } = canvas.layout;
  for (const recovery of view.recoveries.slice(0, 4)) {
    const [from, to] = [canvas.x(recovery.effect_s[0]), canvas.x(recovery.back_s[1] ?? canvas.span.to_s)];
    const text = `RTO ${bracket(recovery.lower_s, recovery.upper_s)} s`;
    if (narrow) canvas.name(recovery.objective, '', 0);
    else canvas.name(recovery.objective, '', font * 0.9);
    const y = canvas.y + font * 0.9;
    canvas.out.push(
      `<path class="dim" d="M${r(from)} ${r(y - 6)}V${r(y + 6)}M${r(from)} ${r(y)}H${r(to)}${recovery.back_s[1] === null ? `m-6 -4l6 4l-6 4` : `M${r(to)} ${r(y - 6)}V${r(y + 6)}`}"/>`,
    );
    if (recovery.back_s[1] !== null) canvas.rect('dimpale', canvas.x(recovery.back_s[0]), to, y - 4, 8, 1.5);
    const width = widthOf(text, font) * 1.08;
    const deadline = recovery.deadline_s;
    const labels = [{ x: to, width, cls: 'dimtext', text }];
    if (deadline !== null && canvas.sees(deadline)) {
      const promise = `objective ${recovery.within_s ?? ''} s`;
      labels.push({ x: canvas.x(deadline), width: widthOf(promise, font), cls: 'deadlinetext', text: promise });
    }
    const placed = placeLabels(labels, canvas.left, canvas.right, 2);
    for (const [i, label] of labels.entries()) {
      const place = placed[i];
      if (place) canvas.text(`${label.cls}${place.end ? ' end' : ''}`, place.x, y + font * 0.35 + place.row * (font + 5), label.text);
    }
    canvas.y = y + font + 8 + Math.max(0, ...placed.map((p) => p?.row ?? 0)) * (font + 5);
  }
}

function drawLane(canvas: Canvas, lane: Lane, verdict: Verdict): void {
  const top = canvas.name(lane.name, `${lane.kind === 'write' ? 'writes' : 'reads'}, ${lane.how}`, LATENCY_HEIGHT);
  const strip = top + LATENCY_HEIGHT + 2;
  canvas.out.push(latencies(canvas, lane, top), strips(canvas, lane, strip));
  drawEpisodes(canvas, lane, verdict, strip + STRIP_HEIGHT + 2);
  canvas.y = strip + STRIP_HEIGHT + (canvas.layout.narrow ? 14 : 16);
}

/** The slowest answer of each slice, as bars on a logarithmic scale; those of slices in which anything was bad in the colour of bad. */
function latencies(canvas: Canvas, lane: Lane, top: number): string {
  const most = Math.log(Math.max(lane.deadline_s === Number.POSITIVE_INFINITY ? 1 : lane.deadline_s, 0.01) / LATENCY_FLOOR_S);
  const height = (b: Bucket) =>
    b.worst_s === null ? 0 : Math.round(Math.min(1, Math.max(0.04, Math.log(b.worst_s / LATENCY_FLOOR_S) / most)) * LATENCY_HEIGHT * 2) / 2;
  return (
    stripPath(canvas, lane.buckets, 'lat', top + LATENCY_HEIGHT, (b) => [0, b.bad > 0 ? 0 : height(b)]) +
    stripPath(canvas, lane.buckets, 'lat bad', top + LATENCY_HEIGHT, (b) => [0, b.bad > 0 ? height(b) : 0])
  );
}

/** Good from below, not good from above, unknown between; nothing was due where the track shows. */
function strips(canvas: Canvas, lane: Lane, top: number): string {
  const bottom = top + STRIP_HEIGHT;
  const part = (n: number, b: Bucket) => {
    const exact = (n / (b.good + b.bad + b.unknown || 1)) * STRIP_HEIGHT;
    // A single bad one among many still gets a pixel and a half.
    return n === 0 ? 0 : Math.round(Math.max(exact, 1.5) * 2) / 2;
  };
  const bad = (b: Bucket) => part(b.bad, b);
  const unknown = (b: Bucket) => Math.min(part(b.unknown, b), STRIP_HEIGHT - bad(b));
  canvas.rect('none', canvas.left, canvas.right, top, STRIP_HEIGHT);
  return (
    stripPath(canvas, lane.buckets, 'good', bottom, (b) => [0, b.good === 0 ? 0 : STRIP_HEIGHT - bad(b) - unknown(b)]) +
    stripPath(canvas, lane.buckets, 'unknown', bottom, (b) => [STRIP_HEIGHT - bad(b) - unknown(b), STRIP_HEIGHT - bad(b)]) +
    stripPath(canvas, lane.buckets, 'unknown stripes', bottom, (b) => [STRIP_HEIGHT - bad(b) - unknown(b), STRIP_HEIGHT - bad(b)]) +
    stripPath(canvas, lane.buckets, 'bad', bottom, (b) => [STRIP_HEIGHT - bad(b), STRIP_HEIGHT])
  );
}

/** One path for all slices; neighbours of the same height become one rectangle, so that a long quiet run is a short path. */
function stripPath<T>(
  canvas: Canvas,
  slices: readonly T[],
  cls: string,
  bottom: number,
  range: (slice: T) => readonly [number, number],
): string {
  const width = (canvas.right - canvas.left) / slices.length;
  let d = '';
  for (let i = 0; i < slices.length; ) {
    const slice = slices[i];
    if (slice === undefined) break;
    const [lo, hi] = range(slice);
    let end = i + 1;
    for (; end < slices.length; end++) {
      const next = slices[end];
      if (next === undefined) break;
      const [a, b] = range(next);
      if (a !== lo || b !== hi) break;
    }
    const [from, to] = [r(canvas.left + i * width), r(canvas.left + end * width)];
    if (hi > lo) d += `M${from} ${r(bottom - lo)}V${r(bottom - hi)}H${to}V${r(bottom - lo)}z`;
    i = end;
  }
  const fill = cls.endsWith('stripes') ? ` fill="url(#${canvas.hatch})"` : '';
  return d === '' ? '' : `<path class="${cls}"${fill} d="${d}"/>`;
}

/** An outage's brackets: solid from the latest beginning to the earliest end, pale where it may or may not have been. */
function drawEpisodes(canvas: Canvas, lane: Lane, verdict: Verdict, y: number): void {
  const mine = verdict.episodes.filter(
    (e) => lane.streams.includes(e.stream) || e.stream === `${lane.name}/${lane.how}` || e.stream === lane.name,
  );
  for (const episode of mine.slice(0, 200)) {
    const begins = episode.begins_s;
    const [endLo, endHi] = [episode.ends_s[0], episode.ends_s[1] ?? canvas.span.to_s];
    if (endHi < canvas.span.from_s || begins[0] > canvas.span.to_s) continue;
    canvas.rect('episode pale', canvas.x(begins[0]), canvas.x(endHi), y, 4, 1.5);
    canvas.rect('episode', canvas.x(begins[1]), canvas.x(Math.max(begins[1], endLo)), y, 4, 1);
  }
}

function drawWrites(canvas: Canvas, acked: readonly number[], lost: readonly number[]): void {
  const height = 34;
  const most = Math.max(1, ...acked);
  const gone = lost.reduce((a, b) => a + b, 0);
  const top = canvas.name('acknowledged', gone > 0 ? `${count(gone)} of them lost` : 'writes', height / 2);
  const tall = (n: number) => (n === 0 ? 0 : Math.max(1.5, Math.round((n / most) * height * 2) / 2));
  const slices = acked.map((n, i) => ({ n, gone: lost[i] ?? 0 }));
  canvas.rect('track', canvas.left, canvas.right, top + height, 1);
  canvas.out.push(stripPath(canvas, slices, 'acked', top + height, (b) => [b.gone > 0 ? Math.min(tall(b.gone), tall(b.n)) : 0, tall(b.n)]));
  canvas.out.push(stripPath(canvas, slices, 'bad', top + height, (b) => [0, tall(b.gone)]));
  // Lost writes may be too few to be seen as bars: a mark below says where to look.
  canvas.out.push(stripPath(canvas, slices, 'bad', top + height + 6, (b) => [0, b.gone > 0 ? 4 : 0]));
  canvas.y = top + height + 14;
}

function drawAxis(canvas: Canvas): void {
  const { font, narrow } = canvas.layout;
  const { from_s, to_s } = canvas.span;
  const step = tickStep((to_s - from_s) / (narrow ? 4 : 10));
  const digits = step < 0.1 ? 2 : step < 1 ? 1 : 0;
  canvas.rect('axis', canvas.left, canvas.right, canvas.y, 1);
  const first = Math.ceil(from_s / step - 1e-9);
  for (let i = first; i * step <= to_s + 1e-9; i++) {
    const x = canvas.x(i * step);
    canvas.rect('axis', x, x + 1, canvas.y, 4);
    const text = (i * step).toFixed(digits);
    const width = widthOf(text, font);
    if (x - width / 2 < canvas.left - 12 || x + width / 2 > canvas.layout.width) continue;
    canvas.text('tick middle', Math.max(x, canvas.left + (narrow ? width / 2 : 0)), canvas.y + font + 6, text);
  }
  canvas.y += font + 10;
  canvas.text('detail middle', (canvas.left + canvas.right) / 2, canvas.y + font, "seconds since the run began, by the observer's clock");
  canvas.y += font + 6;
}

/** What crosses all lanes: the effect, the deadline of each RTO, and where the harness itself stood still. */
function marksBehind(canvas: Canvas, view: ReportView, top: number): string {
  const bottom = canvas.y - canvas.layout.font * 2 - 16;
  const line = (cls: string, s: number) => (canvas.sees(s) ? `<path class="${cls}" d="M${r(canvas.x(s))} ${r(top)}V${r(bottom)}"/>` : '');
  const marks: string[] = [];
  for (const stall of view.stalls.slice(0, 200)) {
    if (stall.to_s < canvas.span.from_s || stall.from_s > canvas.span.to_s) continue;
    const [from, to] = [canvas.x(stall.from_s), Math.max(canvas.x(stall.to_s), canvas.x(stall.from_s) + 1)];
    marks.push(`<rect class="stall" x="${r(from)}" y="${r(top)}" width="${r(to - from)}" height="${r(bottom - top)}"/>`);
  }
  for (const fault of view.faults) if (fault.effect_s !== null) marks.push(line(fault.amplifier ? 'mark amp' : 'mark', fault.effect_s[1]));
  for (const recovery of view.recoveries) {
    if (recovery.back_s[1] !== null) marks.push(line('mark back', recovery.back_s[1]));
    if (recovery.deadline_s !== null) marks.push(line('mark deadline', recovery.deadline_s));
  }
  return marks.join('');
}

/** The picture in words, for those who hear the page. */
function spoken(view: ReportView, verdict: Verdict, frame: Frame): string {
  const faults = view.faults.map(
    (f) =>
      `${f.name} on ${f.target.join(', ') || 'nothing'} ${f.effect_s === null ? 'was never confirmed' : `took effect at ${bracket(f.effect_s[0], f.effect_s[1])} s`}`,
  );
  const outages = verdict.episodes
    .slice(0, 8)
    .map((e) => `${e.stream} was out for ${bracket(e.lower_s, e.upper_s)} s from ${moment(e.first_bad_s)} s`);
  return [
    `From ${moment(frame.from_s)} s to ${moment(frame.to_s)} s of the run.`,
    faults.length > 0 ? `${faults.join('; ')}.` : 'No fault.',
    outages.length > 0 ? `${outages.join('; ')}.` : 'No outage.',
  ].join(' ');
}

function tickStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-3)));
  return ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
}

/** A coordinate with at most one decimal place: smaller differences cannot be seen, and they fill the file. */
function r(value: number): string {
  return String(Math.round(value * 10) / 10);
}
