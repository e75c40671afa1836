/** A word to be put at `x`; `width` in the same units. */
export interface Label {
  readonly x: number;
  readonly width: number;
}

/** Where it went: its anchor (the left end of the text, or its right end where `end`) and its row. */
export interface Placed {
  readonly x: number;
  readonly end: boolean;
  readonly row: number;
}

/**
 * Puts labels between `from` and `to` so that none overlaps another: each beside its moment (to the right where there is room), in the first row
 * that is free there. Returns places in the order of the labels; a label without a place among `rows` rows is null.
 */
export function placeLabels(labels: readonly Label[], from: number, to: number, rows: number, gap = 6): (Placed | null)[] {
  const taken: { left: number; right: number }[][] = Array.from({ length: rows }, () => []);
  return labels.map(({ x, width }) => {
    const sides = [x + 5, x - 5 - width].filter((left) => left >= from && left + width <= to);
    const places = sides.length > 0 ? sides : [Math.max(from, Math.min(x, to - width))];
    for (let row = 0; row < rows; row++)
      for (const left of places) {
        const free = taken[row]?.every((t) => left + width + gap <= t.left || left >= t.right + gap);
        if (!free) continue;
        taken[row]?.push({ left: Math.min(left, x), right: Math.max(left + width, x) });
        return left < x - width ? { x: left + width, end: true, row } : { x: left, end: false, row };
      }
    return null;
  });
}

/** About how wide a text is at this font size, in the wider ones of the system fonts: too wide leaves a gap, too narrow an overlap. */
export function widthOf(text: string, size: number): number {
  let em = 0;
  for (const c of text)
    em += (c.codePointAt(0) ?? 0) > 0x2e80 ? 1.05 : /[MW@mw%]/.test(c) ? 0.95 : /[ .,:;|!iljtf()[\]']/.test(c) ? 0.36 : 0.635;
  return em * size;
}

/** A text cut to a width, with an ellipsis where something is missing. */
export function fitted(text: string, size: number, width: number): string {
  if (widthOf(text, size) <= width) return text;
  const chars = [...text];
  while (chars.length > 1 && widthOf(`${chars.join('')}…`, size) > width) chars.pop();
  return `${chars.join('').trimEnd()}…`;
}
